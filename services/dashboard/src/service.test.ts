import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { ConfigInvalid, startFront } from "@shop/platform";
import { createLogger, temporaryFolder } from "@shop/platform/testing";
import { createDashboardService, dashboardService } from "./service.ts";
import { type Dashboard, smallPage, startDashboard } from "./testing/start-dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await startDashboard({ RATE_LIMIT_PER_S: "3" });
});
afterAll(() => dashboard.close());

const log = createLogger("dashboard", "silent");
const get = (path: string, headers: Record<string, string> = {}) =>
  dashboard.call("GET", path, { key: null, headers: { "Accept-Encoding": "identity", ...headers } });

/** A request whose path and encoding nobody mends on the way, as fetch does. */
async function raw(path: string, headers: Record<string, string> = {}) {
  const { port } = dashboard;
  const [answer] = await once(request({ host: "127.0.0.1", port, path, headers }).end(), "response");
  return { status: answer.statusCode, text: await text(answer), encoding: answer.headers["content-encoding"] };
}

test("serves the page at every path of its own, never stale, and refuses to be framed or to run what is inline", async () => {
  for (const path of ["/", "/orders", "/orders/0190?x=1", "/cart/ann@example.com"]) {
    const answer = await get(path);
    expect([path, answer.status, answer.text]).toEqual([path, 200, expect.stringContaining("<title>Shop</title>")]);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("answers that nothing has changed to a browser that has the page", async () => {
  const etag = (await get("/")).headers.get("etag") ?? "";
  expect(await raw("/", { "If-None-Match": etag })).toMatchObject({ status: 304, text: "" });
  expect(await raw("/", { "If-None-Match": '"another"' })).toMatchObject({ status: 200 });
});

test("files with a hash in their names are kept for ever, and come compressed to who takes that", async () => {
  const plain = await get("/assets/main-1a2b3c.js");
  expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(plain.headers.get("content-type")).toMatch(/^text\/javascript/);
  const compressed = await raw("/assets/main-1a2b3c.js", { "accept-encoding": "br" });
  expect([compressed.encoding, compressed.text]).toEqual(["br", "compressed"]);
});

test("what is no file is 404", async () => {
  for (const path of ["/assets/gone.js", "/favicon.gif"]) {
    const answer = await get(path);
    expect([path, answer.status, answer.body?.code]).toEqual([path, 404, "not-found"]);
  }
  expect((await dashboard.call("POST", "/orders", { key: null })).status).toBe(404);
});

test("no path leads out of the page's folder", async () => {
  for (const path of ["/../private.txt", "/..%2fprivate.txt", "/assets/../../private.txt", "/%2e%2e/private.txt"])
    expect((await raw(path)).text).not.toBe("private");
});

test("a range that cannot be, and an address that cannot be read, are answered", async () => {
  expect((await get("/", { Range: "bytes=5-2" })).status).toBe(200);
  const socket = connect(dashboard.port, "127.0.0.1");
  socket.write("GET http://[::1/x HTTP/1.1\r\nHost: x\r\n\r\n");
  const [answer] = await once(socket, "data");
  socket.destroy();
  expect(String(answer)).toMatch(/^HTTP\/1.1 400 (.|\s)*"code":"malformed-request"/);
});

test("has the probes and the metrics of every service, with templates for routes", async () => {
  expect((await get("/health")).body).toMatchObject({ status: "ok", service: "dashboard" });
  expect((await get("/livez")).status).toBe(200);
  expect((await get("/readyz")).status).toBe(200);
  const { text: metrics } = await get("/metrics");
  expect(metrics).toContain('http_request_duration_seconds_count{method="GET",route="/",status="200"}');
  expect(metrics).toContain('route="/assets/:file"');
  expect(metrics).not.toContain("/cart/ann");
});

test("a key at an address has a rate, with the time to wait; others and the page go on", async () => {
  dashboard.peers.catalog.on("GET", "/products", { body: [] });
  const ask = (key: string) => dashboard.call("GET", "/api/catalog/products", { key });
  const busy = await Promise.all(Array.from({ length: 40 }, () => ask("busy")));
  const refused = busy.filter(({ status }) => status === 429);
  expect(busy.filter(({ status }) => status === 200)).toHaveLength(30);
  expect(refused).toHaveLength(10);
  expect(refused[0]?.body).toMatchObject({ code: "rate-limited", status: 429 });
  expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask("another")).status).toBe(200);
  expect((await get("/")).status).toBe(200);
});

test("behind a proxy everyone has a rate of their own, and nobody can make one up", async () => {
  const behind = await startDashboard({ RATE_LIMIT_PER_S: "1", TRUSTED_PROXIES: "1" });
  behind.peers.catalog.on("GET", "/products", { body: [] });
  const ask = (forwarded: string) =>
    behind.call("GET", "/api/catalog/products", { headers: { "X-Forwarded-For": forwarded } });
  const busy = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(`198.51.100.${n}, 203.0.113.7`)));
  expect(busy.filter(({ status }) => status === 429)).toHaveLength(2);
  expect((await ask("203.0.113.8")).status).toBe(200);
  await behind.close();
});

test("guessing keys from one address is bounded, whatever the key", async () => {
  const own = await startDashboard({ RATE_LIMIT_PER_S: "1" });
  const guesses = Array.from({ length: 60 }, (_, n) => own.call("GET", "/api/order/whoami", { key: `guess-${n}` }));
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  await own.close();
});

test("needs no peer, no key and no database to start, and says every problem of its configuration at once", async () => {
  const alone = await startFront(createDashboardService(smallPage()), { HOST: "127.0.0.1", PORT: "0" }, log);
  await alone.stop();
  const env = { PORT: "http", CART_URL: "https://cart", RATE_LIMIT_PER_S: "0", TRUSTED_PROXIES: "all" };
  const failed = await startFront(dashboardService, env, log).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(ConfigInvalid);
  const problems = (failed as ConfigInvalid).problems.join("\n");
  for (const name of ["PORT", "CART_URL", "RATE_LIMIT_PER_S", "TRUSTED_PROXIES"]) expect(problems).toContain(name);
});

test("a page that was not built is said at the start", async () => {
  const env = { HOST: "127.0.0.1", PORT: "0" };
  await expect(startFront(createDashboardService(temporaryFolder()), env, log)).rejects.toThrow("npm run build");
});
