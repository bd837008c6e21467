import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { beforeDeadline, peerFaults } from "@shop/platform/testing";
import { allowed } from "./routes.ts";
import { type Dashboard, startDashboard } from "./testing/start-dashboard.ts";

let dashboard: Dashboard;
beforeEach(async () => {
  dashboard = await startDashboard({ REQUEST_TIMEOUT_MS: "1000" });
});
afterEach(() => dashboard.close());

const anOrder = { id: "o-1", total: 999.99 };

test("passes a request on as it came, with the caller's own key, and the answer back", async () => {
  const { order } = dashboard.peers;
  order.on("GET", "/orders", { body: [anOrder], headers: { link: '</orders?cursor=abc>; rel="next"' } });
  const answer = await dashboard.call("GET", "/api/order/orders?status=PAID&user_id=a%40b", {
    key: "the-callers-own",
    headers: { "X-Request-Id": "req-1", cookie: "a=b", "x-forwarded-for": "1.2.3.4", authorization: "Bearer x" },
  });
  expect(answer).toMatchObject({ status: 200, body: [anOrder] });
  expect(answer.headers.get("link")).toBe('</api/order/orders?cursor=abc>; rel="next"');
  expect(answer.headers.get("x-request-id")).toBe("req-1");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const [seen] = order.requests;
  expect(seen).toMatchObject({ path: "/orders", query: { status: "PAID", user_id: "a@b" } });
  expect(seen?.headers).toMatchObject({ "x-api-key": "the-callers-own", "x-request-id": "req-1" });
  for (const name of ["cookie", "x-forwarded-for", "authorization"]) expect(seen?.headers[name]).toBeUndefined();
  const handedOn = Number(seen?.headers["x-deadline-ms"]);
  expect(handedOn).toBeGreaterThan(0);
  expect(handedOn).toBeLessThanOrEqual(700);
});

test("has no key of its own: a request without one reaches the service without one", async () => {
  dashboard.peers.catalog.on("GET", "/products", { status: 401, body: { code: "unauthorized" } });
  const answer = await dashboard.call("GET", "/api/catalog/products", { key: null });
  expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  expect(dashboard.peers.catalog.requests[0]?.headers["x-api-key"]).toBeUndefined();
});

test("passes bodies, conditions and idempotency keys on, and what the service says of them back", async () => {
  const { catalog } = dashboard.peers;
  catalog.on("PATCH", "/products/:id", ({ body }) => ({ body, headers: { etag: '"3.1"', location: "/products/7" } }));
  const answer = await dashboard.call("PATCH", "/api/catalog/products/7", {
    body: { name: "Mug" },
    headers: { "If-Match": '"2.1"', "Idempotency-Key": "k-1" },
  });
  expect(answer).toMatchObject({ status: 200, body: { name: "Mug" } });
  expect(answer.headers.get("etag")).toBe('"3.1"');
  expect(answer.headers.get("location")).toBe("/api/catalog/products/7");
  expect(catalog.requests[0]?.headers).toMatchObject({ "if-match": '"2.1"', "idempotency-key": "k-1" });
});

test("hands on that nothing has changed", async () => {
  dashboard.peers.catalog.on("GET", "/products/:id", { status: 304, headers: { etag: '"2.1"' } });
  const answer = await dashboard.call("GET", "/api/catalog/products/7", { headers: { "If-None-Match": '"2.1"' } });
  expect([answer.status, answer.text]).toEqual([304, ""]);
});

test("what is not in its table is refused before any service is asked", async () => {
  const refused: readonly (readonly [string, string, number])[] = [
    ["POST", "/api/order/orders/o-1/payment", 404],
    ["PUT", "/api/catalog/reservations/o-1", 404],
    ["POST", "/api/catalog/admin/backup", 404],
    ["GET", "/api/order/metrics", 404],
    ["GET", "/api/catalog/products/7/../../admin/backups", 404],
    ["GET", "/api/nowhere/products", 404],
    ["GET", "/api", 404],
    ["DELETE", "/api/order/orders", 405],
  ];
  for (const [method, path, status] of refused) {
    const answer = await dashboard.call(method, path);
    expect([path, answer.status, answer.headers.get("content-type")]).toEqual([
      path,
      status,
      "application/problem+json",
    ]);
  }
  for (const peer of Object.values(dashboard.peers)) expect(peer.requests).toEqual([]);
});

test("every row of the table reaches its service at that path", async () => {
  for (const [service, rows] of Object.entries(allowed)) {
    const peer = dashboard.peers[service as keyof typeof allowed];
    for (const [method, path] of rows) {
      peer.on(method, path, { body: { reached: path } });
      const concrete = path.replaceAll(/:\w+/g, "7");
      const answer = await dashboard.call(method, `/api/${service}${concrete}`);
      expect([method, path, answer.body]).toEqual([method, path, { reached: path }]);
    }
  }
});

test.each(peerFaults.filter((fault) => !["garbage", "unauthorized", "forbidden", "fail"].includes(fault)))(
  "a service that says nothing (%s) is told of within the deadline, by name, and the others go on",
  async (fault) => {
    const { catalog, cart } = dashboard.peers;
    cart.on("GET", "/cart/:user_id", { body: { items: [] } });
    await catalog.mode(fault);
    const deadline = performance.now() + 1000;
    const answer = await beforeDeadline({ deadline }, dashboard.call("GET", "/api/catalog/products"));
    expect(answer).toMatchObject({ status: 503, body: { code: "peer-unavailable", peer: "catalog" } });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect((await dashboard.call("GET", "/api/cart/cart/ann")).status).toBe(200);
    expect((await dashboard.call("GET", "/readyz", { key: null })).status).toBe(200);
    await catalog.mode("ok");
    catalog.on("GET", "/products", { body: [] });
    expect((await dashboard.call("GET", "/api/catalog/products")).status).toBe(200);
  },
);

test("a page of something that took the service's place is not handed on", async () => {
  dashboard.peers.cart.on("GET", "/cart/:user_id", { body: "<script>", headers: { "content-type": "text/html" } });
  const answer = await dashboard.call("GET", "/api/cart/cart/ann");
  expect(answer).toMatchObject({ status: 503, body: { code: "peer-unavailable", peer: "cart" } });
});

test("a body larger than the limit is refused, whether it says so or not", async () => {
  const big = "x".repeat(300_000);
  const told = await dashboard.call("POST", "/api/catalog/products", { body: { name: big } });
  expect([told.status, told.body.code]).toEqual([413, "payload-too-large"]);
  expect(dashboard.peers.catalog.requests).toEqual([]);

  const untold = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(
      `${dashboard.url}/api/catalog/products`,
      { method: "POST", headers: { "x-api-key": "k" } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    sending.on("error", reject);
    sending.flushHeaders();
    sending.write(big);
  });
  expect(untold).toBe(413);
  expect(dashboard.peers.catalog.requests).toEqual([]);
});

test("a body without a key is refused before it is read", async () => {
  const answer = await dashboard.call("POST", "/api/catalog/products", { key: null, body: { name: "Mug" } });
  expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  expect(dashboard.peers.catalog.requests).toEqual([]);
});

test("a body that does not come is not waited for beyond the deadline", async () => {
  const socket = connect(dashboard.port, "127.0.0.1");
  socket.write("POST /api/catalog/products HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nContent-Length: 10\r\n\r\n{");
  const began = performance.now();
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1.1 408 (.|\s)*"code":"request-timeout"/);
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(dashboard.peers.catalog.requests).toEqual([]);
});

test("64 at most are under way at a service, and the others follow in their turn", async () => {
  await dashboard.close();
  dashboard = await startDashboard();
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { catalog } = dashboard.peers;
  catalog.on("GET", "/products", async () => {
    await gate;
    return { body: [] };
  });
  const all = Array.from({ length: 100 }, () => dashboard.call("GET", "/api/catalog/products"));
  await catalog.waitForRequests(64);
  // A request that needs no slot goes there and back: a 65th would have arrived with it.
  await dashboard.call("GET", "/api/cart/health");
  expect(catalog.requests).toHaveLength(64);
  open();
  expect(new Set((await Promise.all(all)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(catalog.requests).toHaveLength(100);
});
