import { hash } from "node:crypto";
import { Problem, type State } from "@shop/platform";
import type Koa from "koa";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { networkOf, senderOf } from "./sender.ts";

/** A burst is forgiven as long as the rate over this time is kept. */
const windowS = 10;
/** What all keys at one address may send together, as a multiple of one: a bound on guessing keys, and on memory. */
const keysAnAddress = 5;

/**
 * 429 `rate-limited` with Retry-After beyond `perS` requests a second for one key at one address, over ten seconds, and
 * beyond five times that for the address. Counts in this process alone. `proxies`: how many stand in front of it.
 */
export function rateLimit(perS: number, proxies: number): Koa.Middleware<State> {
  const ofAddress = new RateLimiterMemory({ points: perS * windowS * keysAnAddress, duration: windowS });
  const ofKey = new RateLimiterMemory({ points: perS * windowS, duration: windowS });
  return async (ctx, next) => {
    const address = networkOf(senderOf(ctx.req, proxies));
    const key = ctx.req.headers["x-api-key"];
    try {
      await ofAddress.consume(address);
      // Keys are not kept, not even in memory.
      await ofKey.consume(`${address} ${typeof key === "string" ? hash("sha256", key) : ""}`);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = String(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
      throw new Problem(
        429,
        "rate-limited",
        `Too many requests. Go on in ${seconds} s.`,
        {},
        { "Retry-After": seconds },
      );
    }
    return next();
  };
}
