import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type Dashboard, startDashboard } from "./testing/start-dashboard.ts";

// What becomes of connections between the door and a service, by a service that does as each test says.

let dashboard: Dashboard;
let seen: IncomingMessage[];
let answers: (number: number, response: ServerResponse) => void;
const service = createServer((request, response) => {
  seen.push(request);
  answers(seen.length, response);
});

beforeAll(() => once(service.listen(0, "127.0.0.1"), "listening"));
afterAll(() => service.close());
beforeEach(async () => {
  seen = [];
  dashboard = await startDashboard({ CATALOG_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}` });
});
afterEach(async () => {
  service.closeAllConnections();
  await dashboard.close();
});

const ok = (response: ServerResponse) => response.setHeader("content-type", "application/json").end("[]");
const breakOff = (response: ServerResponse) => response.socket?.destroy();
const outcomes = async () =>
  (await dashboard.metrics.peerDuration.get()).values
    .filter(({ metricName }) => metricName?.endsWith("_count"))
    .map(({ labels, value }) => `${labels.outcome} ${value}`);

test("a GET whose kept-alive connection was closed is sent once more", async () => {
  answers = (number, response) => (number === 2 ? breakOff(response) : ok(response));
  for (let n = 0; n < 2; n++) expect((await dashboard.call("GET", "/api/catalog/products")).status).toBe(200);
  expect(seen).toHaveLength(3);
});

test("nothing that changes something is ever sent again", async () => {
  answers = (number, response) => (number === 2 ? breakOff(response) : ok(response));
  await dashboard.call("GET", "/api/catalog/products");
  const answer = await dashboard.call("POST", "/api/catalog/products", { body: { name: "Mug", price: 1 } });
  expect(answer).toMatchObject({ status: 503, body: { code: "peer-unavailable", peer: "catalog" } });
  expect(seen.map(({ method }) => method)).toEqual(["GET", "POST"]);
});

test("a service that breaks new connections is asked once", async () => {
  answers = (_number, response) => breakOff(response);
  expect((await dashboard.call("GET", "/api/catalog/products")).status).toBe(503);
  expect(seen).toHaveLength(1);
  expect(await outcomes()).toEqual(["failing 1"]);
});

test("an answer that breaks off is not taken for a whole one, by the caller or by the metrics", async () => {
  answers = (_number, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write("[", () => breakOff(response));
  };
  await expect(dashboard.call("GET", "/api/catalog/products")).rejects.toThrow();
  expect(await outcomes()).toEqual(["failing 1"]);
});

/** What a raw client gets for these bytes; the connection stays open. */
async function raw(bytes: string): Promise<{ socket: Socket; answer: string }> {
  const socket = connect(dashboard.port, "127.0.0.1");
  socket.write(bytes);
  const [answer] = await once(socket, "data");
  return { socket, answer: String(answer) };
}

test.each(["GET", "HEAD", "DELETE"])(
  "a body of a %s never reaches a service, where it would be another request",
  async (method) => {
    answers = (_number, response) => ok(response);
    const smuggled = "DELETE /products/1 HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nX-Swallowed: ";
    const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
    const path = method === "DELETE" ? "/api/cart/cart/ann/clear" : "/api/catalog/products";
    const { socket, answer } = await raw(
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    );
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 422 /);
    await dashboard.call("GET", "/api/catalog/products?by=the-next-caller");
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /products?by=the-next-caller"]);
    expect(dashboard.peers.cart.requests).toEqual([]);
  },
);

test("a chunked body goes on with its length", async () => {
  let got = "";
  answers = async (_number, response) => {
    got = await text(seen[0] as IncomingMessage);
    ok(response);
  };
  const request =
    "POST /api/catalog/products HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nContent-Type: application/json\r\n";
  const { socket } = await raw(`${request}Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`);
  socket.destroy();
  expect([seen[0]?.headers["content-length"], got]).toEqual(["7", '{"a":1}']);
});

test("callers that send half a body take no connection of a service", async () => {
  answers = (_number, response) => ok(response);
  const sockets = Array.from({ length: 100 }, () => {
    const socket = connect(dashboard.port, "127.0.0.1");
    socket.write("POST /api/catalog/products HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nContent-Length: 10\r\n\r\n{");
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  expect((await dashboard.call("GET", "/api/catalog/products")).status).toBe(200);
  expect(seen).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
});

test("a caller that leaves takes its request with it, and is not held against the service", async () => {
  answers = () => {};
  const caller = new AbortController();
  const arrived = once(service, "request");
  const asked = fetch(`${dashboard.url}/api/catalog/products`, { signal: caller.signal }).catch(() => "left");
  const [request] = (await arrived) as [IncomingMessage];
  const closed = once(request.socket, "close");
  caller.abort();
  expect(await asked).toBe("left");
  // Long before the deadline, which would end it too.
  await closed;
  expect(await outcomes()).toEqual([]);
});
