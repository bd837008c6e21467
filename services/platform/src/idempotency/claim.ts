import type { Answer } from "../http/route.ts";
import type { RequestContext } from "../request-context.ts";

/** One request's right to carry out what its Idempotency-Key stands for, until its answer is kept or its lease is lost. */
export interface Claim {
  /** UUIDv7; the id of what the request makes, the same however often it is repeated. */
  readonly resourceId: string;
  readonly caller: string;
  readonly key: string;
  /** `<boot id>:<n>`: this claim and no other. */
  readonly holder: string;
  /** Set by `keepAnswers`: the answer in the store, which is the one to send. */
  kept?: Answer;
}

/** Gives the request its claim. Not enumerable, so that a copy of the context for other or shared work does not carry it. */
export function attachClaim(context: RequestContext, claim: Claim): void {
  Object.defineProperty(context, "claim", { value: claim, enumerable: false });
}
