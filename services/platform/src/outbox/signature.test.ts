import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { sign, verify } from "./signature.ts";

/** The published vector of the specification's libraries. */
const published = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestampS: 1614265330,
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const secret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
const nowS = (): number => Math.floor(Date.now() / 1000);

test("signs and accepts the published vector, as the community's library does", () => {
  const headers = sign([published.secret], published);
  expect(headers).toEqual({
    "webhook-id": published.id,
    "webhook-timestamp": "1614265330",
    "webhook-signature": published.signature,
  });
  const { id, timestampS, body } = published;
  expect(new Webhook(published.secret).sign(id, new Date(timestampS * 1000), body)).toBe(published.signature);
  expect(verify([published.secret], headers, Buffer.from(body), timestampS)).toEqual({ id });
});

test("accepts the published message with signatures of others and of other versions beside the true one", () => {
  const others = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
  const headers = {
    ...sign([published.secret], published),
    "webhook-signature": `v1,${others} v2,${others} ${published.signature} v1,${others}`,
  };
  expect(verify([published.secret], headers, Buffer.from(published.body), published.timestampS).id).toBe(published.id);
});

test.each(["{}", '{"name":"Käse 🧀 \\u0000"}', `{"long":"${"x".repeat(200_000)}"}`])(
  "the community's library accepts ours, and we accept its (%#)",
  (body) => {
    const shared = secret();
    const library = new Webhook(shared);
    const id = "0198c0de-0000-7000-8000-000000000001";
    expect(library.verify(body, sign([shared], { id, timestampS: nowS(), body }))).toEqual(JSON.parse(body));

    const timestampS = nowS();
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(timestampS),
      "webhook-signature": library.sign(id, new Date(timestampS * 1000), body),
    };
    expect(verify([shared], headers, Buffer.from(body))).toEqual({ id });
  },
);

test("a secret is changed without a gap, whichever side changes first", () => {
  const [before, after] = [secret(), secret()];
  const message = { id: "m", timestampS: nowS(), body: "{}" };
  const accepted = (receiver: string[], sender: string[]) => {
    try {
      return verify(receiver, sign(sender, message), Buffer.from("{}")).id === "m";
    } catch {
      return false;
    }
  };
  const steps = [[before], [before, after], [after, before], [after]];
  for (const [index, step] of steps.entries()) {
    expect(accepted(step, steps[index + 1] ?? step)).toBe(true);
    expect(accepted(steps[index + 1] ?? step, step)).toBe(true);
  }
  expect(accepted([after], [before])).toBe(false);
});

test("a message may be 300 s old or early, and no more", () => {
  const shared = secret();
  const headers = sign([shared], { id: "m", timestampS: 1_700_000_000, body: "{}" });
  const at = (offset: number) => () => verify([shared], headers, Buffer.from("{}"), 1_700_000_000 + offset);
  for (const offset of [-300, 0, 300]) expect(at(offset)).not.toThrow();
  for (const offset of [-301, 301, Number.NaN]) expect(at(offset)).toThrow("signature");
});

test.each([
  ["an id that could be read as id and time", { id: "a.1", timestampS: 1_700_000_000 }],
  ["an id with a space", { id: "a b", timestampS: 1_700_000_000 }],
  ["no id", { id: "", timestampS: 1_700_000_000 }],
  ["milliseconds with a fraction", { id: "a", timestampS: 1_700_000_000.5 }],
  ["a time that is none", { id: "a", timestampS: Number.NaN }],
])("does not sign what no receiver accepts: %s", (_what, message) => {
  expect(() => sign([secret()], { ...message, body: "{}" })).toThrow("webhook's");
});

test.each(["", "whsec_", "whsec_c2hvcnQ=", `whsec_${"A".repeat(32)}!`, "A".repeat(32), `whsec_${"A".repeat(120)}`])(
  "refuses to sign or verify by a secret that is none (%s), instead of by an empty key",
  (broken) => {
    const message = { id: "m", timestampS: nowS(), body: "{}" };
    expect(() => sign([broken], message)).toThrow("24 to 64 bytes");
    expect(() => verify([broken], sign([secret()], message), Buffer.from("{}"))).toThrow("24 to 64 bytes");
    expect(() => sign([], message)).toThrow("secrets");
  },
);
