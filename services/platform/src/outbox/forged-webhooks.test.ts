import { createHmac, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Problem } from "../problem.ts";
import { keyOf, sign, verify } from "./signature.ts";

const now = 1_700_000_000;
const secret = `whsec_${randomBytes(32).toString("base64")}`;
const id = "0198c0de-0000-7000-8000-000000000001";
const body = JSON.stringify({ type: "payment.succeeded", data: { order_id: id, amount: 999.99 } });
const truth = { ...sign([secret], { id, timestampS: now, body }) };
const base64 = truth["webhook-signature"].slice(3);

interface Forgery {
  readonly what: string;
  readonly headers?: IncomingHttpHeaders;
  readonly body?: string | Buffer;
  readonly secrets?: readonly string[];
}

const withHeader = (what: string, name: keyof typeof truth, value: string | string[] | undefined): Forgery => ({
  what: `${what}: ${name}`,
  headers: { ...truth, [name]: value },
});

/** Signed by the true secret, but over other text than the receiver must take for signed, or under a bad header. */
const signedOver = (what: string, headers: IncomingHttpHeaders, signed: string): Forgery => {
  const signature = createHmac("sha256", keyOf(secret)).update(signed).digest("base64");
  return { what, headers: { ...headers, "webhook-signature": `v1,${signature}` } };
};

const each = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

const replaceAt = (text: string, index: number, by: string): string =>
  text.slice(0, index) + by + text.slice(index + 1);

const names = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;
const notDigits = ["", " ", `${now} `, ` ${now}`, `+${now}`, `-${now}`, `${now}.0`, `0${now}`, "1.7e9", "0x6553f100"];
const notDigitsEither = ["NaN", "Infinity", `${now}, ${now}`, `${now}000`, "१७००००००००", "0", `${now}\u0000`];

const forgeries: readonly Forgery[] = [
  // The secret
  ...each(200, () => ({ what: "another secret", secrets: [`whsec_${randomBytes(32).toString("base64")}`] })),
  { what: "no secret is in force", secrets: [] },
  // The time
  ...each(50, (n) => ({
    what: "an old message",
    headers: { ...sign([secret], { id, timestampS: now - 301 - n * n * 60, body }) },
  })),
  ...each(50, (n) => ({
    what: "a message of the future",
    headers: { ...sign([secret], { id, timestampS: now + 301 + n * n * 60, body }) },
  })),
  ...each(50, (n) =>
    withHeader("another time, near enough", "webhook-timestamp", String(now - 25 + (n < 25 ? n : n + 1))),
  ),
  ...[...notDigits, ...notDigitsEither].flatMap((text) => [
    withHeader("no plain digits", "webhook-timestamp", text),
    signedOver("no plain digits, signed", { ...truth, "webhook-timestamp": text }, `${id}.${text}.${body}`),
  ]),
  // The body
  ...each(body.length, (n) => ({
    what: `body altered at ${n}`,
    body: replaceAt(body, n, body[n] === "1" ? "2" : "1"),
  })),
  ...each(body.length, (n) => ({ what: `body cut at ${n}`, body: body.slice(0, n) })),
  ...["\n", " ", "\0", "{}"].flatMap((more) => [
    { what: "body with more behind", body: body + more },
    { what: "body with more before", body: more + body },
  ]),
  { what: "another order's", body: body.replace(id, id.replace("1", "2")) },
  { what: "the same JSON in other bytes", body: JSON.stringify(JSON.parse(body), null, 1) },
  { what: "a byte that is no UTF-8", body: Buffer.concat([Buffer.from(body), Buffer.from([0xff])]) },
  // The id
  ...each(id.length, (n) => withHeader(`altered at ${n}`, "webhook-id", replaceAt(id, n, id[n] === "a" ? "b" : "a"))),
  ...[`${id}.`, id.toUpperCase(), `${id} `, `${id}, ${id}`, "", "é", "x".repeat(256), "a\nb"].flatMap((other) => [
    withHeader("another", "webhook-id", other),
    signedOver("signed, but no id of ours", { ...truth, "webhook-id": other }, `${id}.${now}.${body}`),
  ]),
  ...["x".repeat(256), "a b", "a\tb", "ä", "", "a.b"].map((other) =>
    signedOver("signed under an id that cannot be", { ...truth, "webhook-id": other }, `${other}.${now}.${body}`),
  ),
  // What is signed, taken apart in another place
  signedOver("id and time shifted", { ...truth, "webhook-id": `${id}.${now}` }, `${id}.${now}.${now}.${body}`),
  { what: "time in the body", headers: { ...truth, "webhook-id": "a" }, body: `${now}.${body}` },
  signedOver("only the body is signed", truth, body),
  signedOver("no time is signed", truth, `${id}.${body}`),
  signedOver("no id is signed", truth, `${now}.${body}`),
  signedOver("other separators", truth, `${id}:${now}:${body}`),
  // The signature
  ...each(base64.length, (n) =>
    withHeader(`altered at ${n}`, "webhook-signature", `v1,${replaceAt(base64, n, base64[n] === "A" ? "B" : "A")}`),
  ),
  ...each(base64.length, (n) => withHeader(`cut at ${n}`, "webhook-signature", `v1,${base64.slice(0, n)}`)),
  ...each(200, () => withHeader("random", "webhook-signature", `v1,${randomBytes(32).toString("base64")}`)),
  ...["v0", "v2", "v1a", "V1", "v01", "v1.0", "1", "v", "", " v1", "v1 ", "v1\t", "v1,", ",v1", "__proto__"].map(
    (version) => withHeader(`version ${version}`, "webhook-signature", `${version},${base64}`),
  ),
  ...[
    base64,
    `v1:${base64}`,
    `v1=${base64}`,
    `v1, ${base64}`,
    `v1,${base64},`,
    `v1,${base64}=`,
    `v1,${base64.replace(/=/g, "")}`,
    `v1,${base64.toLowerCase()}`,
    `v1,${Buffer.from(base64, "base64").toString("hex")}`,
    `v1,${Buffer.from(base64, "base64").toString("latin1")}`,
    `v1,${base64}, v1,${base64}`,
    ` v1,${base64}`,
    `v1,${base64} `,
    `v1,${base64}  v1,${base64}`,
    `v1,${base64}\tv1,${base64}`,
    `v1,${base64} v1`,
    `v1,${base64} ,`,
    `v1,${"A".repeat(44)}`,
    "v1,",
    ",",
    "undefined",
  ].map((text) => withHeader("malformed", "webhook-signature", text)),
  ...[16, 100, 999].map((others) =>
    withHeader(
      `${others} signatures and the true one`,
      "webhook-signature",
      [...each(others, () => `v1,${randomBytes(32).toString("base64")}`), `v1,${base64}`].join(" "),
    ),
  ),
  withHeader("a thousand times the true one", "webhook-signature", each(1000, () => `v1,${base64}`).join(" ")),
  withHeader("16 spaces and the true one", "webhook-signature", `${" ".repeat(16)}v1,${base64}`),
  withHeader("very long", "webhook-signature", `v1,${"A".repeat(100_000)} v1,${base64}`),
  // The headers
  ...names.flatMap((name) => [
    withHeader("missing", name, undefined),
    withHeader("empty", name, ""),
    withHeader("twice", name, [truth[name], truth[name]]),
    withHeader("twice, joined", name, `${truth[name]}, ${truth[name]}`),
    withHeader("of another header", name, truth[name === "webhook-id" ? "webhook-timestamp" : "webhook-id"]),
  ]),
  { what: "no header at all", headers: {} },
  {
    what: "the names of an older draft",
    headers: { "svix-id": id, "svix-timestamp": String(now), "svix-signature": base64 },
  },
];

const attempt = ({ headers = truth, body: bytes = body, secrets = [secret] }: Forgery) =>
  verify(secrets, headers, Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), now);

test("the true message, of which all these are variants, is accepted", () => {
  expect(attempt({ what: "true" })).toEqual({ id });
});

test(`of ${forgeries.length} forged messages each is refused, and told no more than that`, () => {
  expect(forgeries.length).toBeGreaterThan(1000);
  const answers = new Map<string, string[]>();
  for (const forgery of forgeries) {
    const answer = told(forgery);
    answers.set(answer, [...(answers.get(answer) ?? []), forgery.what]);
  }
  expect([...answers.keys()]).toEqual(['401 unauthorized "The signature of this message does not hold." {}']);
});

function told(forgery: Forgery): string {
  try {
    return `accepted: ${attempt(forgery).id}`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${error.status} ${error.code} "${error.message}" ${JSON.stringify(error.members)}`;
  }
}
