import { once } from "node:events";
import { request } from "node:http";
import joi from "joi";
import { ok, route } from "../http/route.ts";
import type { ServiceDefinition } from "../service.ts";
import { testKey } from "../testing/call.ts";
import { startTestService, type TestService } from "../testing/start.ts";
import { sign, verify } from "./signature.ts";
import { createWebhookSecrets, type WebhookSecretConfig, webhookSecretConfig } from "./webhook-secrets.ts";

const secret = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;

const receiver: ServiceDefinition<WebhookSecretConfig> = {
  name: "receiver",
  port: 8099,
  databaseName: "receiver",
  config: joi.object<WebhookSecretConfig>(webhookSecretConfig),
  callers: {},
  migrations: [],
  wire({ config, log }) {
    const secrets = createWebhookSecrets(config, log);
    return {
      routes: [
        route({
          method: "POST",
          path: "/news",
          operation: "receive-news",
          summary: "",
          scope: "webhooks:deliver",
          body: joi.object().unknown(true),
          answers: { 200: joi.object() },
          handle: ({ headers, rawBody }) => ok(verify(secrets.current(), headers, rawBody)),
        }),
      ],
      stop: () => secrets.stop(),
    };
  },
};

let service: TestService;
beforeAll(async () => {
  service = await startTestService(receiver, { WEBHOOK_SECRET: secret });
});
afterAll(() => service.stop());

// Spaces and a line break that no parser and printer of JSON would give back.
const body = '{ "a" : 1.0,\n"b":"\\u0041" }';
const signed = () => sign([secret], { id: "m", timestampS: Math.floor(Date.now() / 1000), body });

/** Headers as they are, also twice, which fetch would join. */
async function send(headers: Record<string, string | string[]>): Promise<number | undefined> {
  const outgoing = request(`${service.url}/news`, {
    method: "POST",
    headers: { "X-API-Key": testKey, "Content-Type": "application/json", ...headers },
  });
  outgoing.end(body);
  const [answer] = await once(outgoing, "response");
  answer.resume();
  await once(answer, "end");
  return answer.statusCode;
}

test("the bytes that came are what is checked", async () => {
  expect(await send(signed())).toBe(200);
});

test.each(["webhook-id", "webhook-timestamp", "webhook-signature"] as const)(
  "%s sent twice is refused, the same or another",
  async (name) => {
    const headers = signed();
    const other = sign([secret], { id: "other", timestampS: 1_700_000_000, body })[name];
    for (const twice of [
      [headers[name], headers[name]],
      [headers[name], other],
      [other, headers[name]],
    ])
      expect(await send({ ...headers, [name]: twice })).toBe(401);
  },
);

test("a thousand signatures are refused before they are looked at", async () => {
  const headers = signed();
  const thousand = Array(1000).fill(headers["webhook-signature"]).join(" ");
  expect(await send({ ...headers, "webhook-signature": thousand })).toBe(431);
  const hundred = Array(100).fill(headers["webhook-signature"]).join(" ");
  expect(await send({ ...headers, "webhook-signature": hundred })).toBe(401);
});

test("both are needed: a key that may deliver, and a signature that holds", async () => {
  const { "webhook-signature": _, ...unsigned } = signed();
  expect(await send(unsigned)).toBe(401);
  expect(await send({ ...signed(), "X-API-Key": "no-key-of-ours" })).toBe(401);
});
