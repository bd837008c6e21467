import { connect } from "node:net";
import joi from "joi";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { Problem } from "../problem.ts";
import { caller } from "../testing/call.ts";
import { createApi } from "./api.ts";
import { createApiKeys } from "./api-keys.ts";
import { createApp } from "./app.ts";
import { type Listening, listen } from "./listen.ts";
import { serveMetrics } from "./metrics-endpoint.ts";
import { documentation, probes } from "./open-paths.ts";
import { createReadiness } from "./readiness.ts";
import { ok, type Route, route } from "./route.ts";
import { numericPathId, text } from "./schemas.ts";

const log = createLogger("test", "silent");
const thing = joi.object<{ name: string; size: number }>({
  name: text(5).required(),
  size: joi.number().integer().min(1).default(1),
});
const routes: Route[] = [
  route({
    method: "POST",
    path: "/things/:id",
    operation: "put-thing",
    summary: "",
    scope: "things:write",
    params: joi.object<{ id: number }>({ id: numericPathId("thing") }),
    query: joi.object<{ dry?: boolean }>({ dry: joi.boolean() }),
    body: thing.required(),
    answers: { 200: thing },
    handle: ({ params, query, body }) => ok({ ...params, ...query, ...body }),
  }),
  route({
    method: "GET",
    path: "/fault",
    operation: "fault",
    summary: "",
    scope: "things:read",
    answers: { 200: undefined },
    handle: () => {
      throw new Error("SELECT secret FROM somewhere");
    },
  }),
  route({
    method: "GET",
    path: "/refusal",
    operation: "refusal",
    summary: "",
    scope: "things:read",
    answers: { 200: undefined },
    handle: () => {
      throw new Problem(409, "too-small", "Too small.", { least: 3 });
    },
  }),
  route({
    method: "GET",
    path: "/deadline",
    operation: "deadline",
    summary: "",
    scope: "things:read",
    answers: { 200: joi.number() },
    handle: ({ context }) =>
      ok({ ms: context.deadline - performance.now(), id: context.requestId, caller: context.caller }),
  }),
];

const metrics = createMetrics("test", "1.2.3");
const readiness = createReadiness();
const api = createApi({
  apiKeys: createApiKeys({ API_KEY: "test-key-of-every-scope" }, {}, log),
  bodyLimit: 2048,
});
const app = createApp({
  log,
  metrics,
  readiness,
  // Far: what was asked before the start has to be answered in it.
  requestTimeoutMs: 20_000,
  behind: api.middleware,
  open: {
    ...probes({ service: "test", version: "1.2.3", uptime: () => 7 }, readiness),
    "/metrics": serveMetrics(metrics),
    ...documentation(() => ({ service: "test", version: "1.2.3", routes }), readiness),
  },
});
let listening: Listening;
let call: ReturnType<typeof caller>;
beforeAll(async () => {
  listening = await listen(app.callback, "127.0.0.1", 0);
  call = caller(`http://127.0.0.1:${listening.port}`);
  const early = call("GET", "/deadline");
  expect((await call("GET", "/livez")).status).toBe(200);
  expect((await call("GET", "/readyz")).status).toBe(503);
  api.mount(routes, { once: async (_request, _context, handle) => handle() });
  readiness.ready();
  expect((await early).status).toBe(200); // waited for the start instead of being refused
});
afterAll(() => listening.close());

const post = (path: string, body: unknown) => call("POST", path, { body });

test("what passes the schemas reaches the handler typed and with its defaults", async () => {
  const { status, body } = await post("/things/7?dry=true", { name: "cup" });
  expect([status, body]).toEqual([200, { id: 7, dry: true, name: "cup", size: 1 }]);
});

test("the probes and documents need no key, everything else does, even what does not exist", async () => {
  for (const path of ["/health", "/livez", "/readyz", "/metrics", "/openapi.json", "/docs"])
    expect([path, (await call("GET", path, { key: null })).status]).toEqual([path, 200]);
  for (const path of ["/things/1", "/nowhere", "/fault"])
    expect((await call("GET", path, { key: null })).body).toMatchObject({ status: 401, code: "unauthorized" });
  expect((await call("GET", "/fault", { key: "wrong" })).status).toBe(401);
});

test("unknown path 404; known path, other method 405 with Allow", async () => {
  expect((await call("GET", "/nowhere")).body).toMatchObject({ status: 404, code: "not-found" });
  const { status, headers, body } = await call("GET", "/things/1");
  expect([status, headers.get("allow"), body.code]).toEqual([405, "POST", "method-not-allowed"]);
});

test("every fault of the input is told at once with its pointer, as problem+json with the request's id", async () => {
  const { status, headers, body } = await call("POST", "/things/1?dry=perhaps&x=1&dry=no", {
    body: { name: "\ud800", size: 0, extra: 1 },
    headers: { "X-Request-Id": "abc-1" },
  });
  expect(status).toBe(422);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("x-request-id")).toBe("abc-1");
  expect(body).toMatchObject({
    type: "urn:shop:problem:invalid-request",
    code: "invalid-request",
    request_id: "abc-1",
  });
  const pointers = body.errors.map((error: { pointer: string }) => error.pointer).sort();
  expect(pointers).toEqual(["/body/extra", "/body/name", "/body/size", "/query/dry", "/query/x"]);
});

test.each(["abc", "0", "-1", "1.5", "99999999999999999999", "%00", "%ff", "1%2f2"])(
  "an id that cannot exist (%s) is 404",
  async (id) => {
    expect((await post(`/things/${id}`, { name: "cup" })).body.code).toBe("not-found");
  },
);

test.each([
  [400, "malformed-json", { raw: "{" }],
  [400, "malformed-json", { raw: "", headers: { "Content-Type": "application/json" } }],
  [400, "malformed-json", { raw: new Uint8Array([0x22, 0xff, 0x22]) }],
  [
    415,
    "unsupported-media-type",
    { raw: "name=cup", headers: { "Content-Type": "application/x-www-form-urlencoded" } },
  ],
  [415, "unsupported-media-type", { raw: "{}", headers: { "Content-Encoding": "gzip" } }],
  [413, "payload-too-large", { raw: `"${"x".repeat(4000)}"` }],
  [422, "invalid-request", { body: [] }],
  [422, "invalid-request", { body: null }],
  [422, "invalid-request", { body: { name: 5 } }],
  [422, "invalid-request", { body: { name: "cup", size: "1" } }],
  [422, "invalid-request", { raw: '{"name":"cup","__proto__":{"size":2}}' }],
])("%d %s for a body that is not right", async (status, code, options) => {
  expect((await call("POST", "/things/1", options)).body).toMatchObject({ status, code });
});

test("a body where none is taken is refused", async () => {
  expect((await call("DELETE", "/refusal", { raw: "x" })).status).toBe(405);
});

test("a body without a length is held to the limit as well", async () => {
  const chunks = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 10; i++) controller.enqueue(new TextEncoder().encode("x".repeat(1000)));
      controller.close();
    },
  });
  const answer = await fetch(`http://127.0.0.1:${listening.port}/things/1`, {
    method: "POST",
    headers: { "X-API-Key": "test-key-of-every-scope", "Content-Type": "application/json" },
    body: chunks,
    duplex: "half",
  } as RequestInit);
  expect(answer.status).toBe(413);
});

test("a fault of ours is a bare 500, a refusal keeps its members", async () => {
  const fault = await call("GET", "/fault");
  expect(fault.body).toMatchObject({ status: 500, code: "internal" });
  expect(fault.text).not.toMatch(/SELECT|secret|at /);
  expect((await call("GET", "/refusal")).body).toMatchObject({ status: 409, code: "too-small", least: 3 });
});

test("a caller's deadline shortens ours and never lengthens it", async () => {
  const ms = async (header: string) =>
    (await call("GET", "/deadline", { headers: { "X-Deadline-Ms": header } })).body.ms;
  expect(await ms("200")).toBeLessThanOrEqual(200);
  expect(await ms("999999")).toBeLessThanOrEqual(20_000);
  expect(await ms("-5")).toBeGreaterThan(10_000);
});

test("a request id that could break a log line is replaced by one of ours", async () => {
  const { headers } = await call("GET", "/deadline", { headers: { "X-Request-Id": "a b{}" } });
  expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("metrics carry the route's template, never the path", async () => {
  await post("/things/424242", { name: "cup" });
  const { text } = await call("GET", "/metrics", { key: null });
  expect(text).toContain('http_request_duration_seconds_count{method="POST",route="/things/:id",status="200"}');
  expect(text).not.toContain("424242");
});

test.each([
  ["400", "malformed-request", "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n"],
  ["431", "headers-too-large", `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
])("%s %s in the form of every problem for what is not a request", async (status, code, request) => {
  const answer = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(listening.port, "127.0.0.1", () => socket.write(request));
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("close", () => resolve(text));
  });
  expect(answer.split("\r\n")[0]).toContain(status);
  expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ status: Number(status), code });
});
