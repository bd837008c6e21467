import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type BodyRoom, createBodyRoom } from "./body-room.ts";

let server: Server;
let room: BodyRoom;
/** What became of each request, in the order in which it was known. */
let told: (string | number)[];
const sockets: Socket[] = [];
let news = () => {};

beforeEach(async () => {
  // What ends with the test before is not told to this one.
  const now: typeof told = [];
  told = now;
  room = createBodyRoom(100, 60);
  server = createServer((request, response) =>
    room
      .read(request, performance.now() + 60_000)
      .then(({ body, done }) => {
        now.push(body?.toString() ?? "none");
        done();
      })
      .catch(({ status = "broken off" }) => now.push(status))
      .finally(() => {
        response.end();
        if (now === told) news();
      }),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  await once(server.close(), "close");
});

function send(headers: string, body: string): Socket {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  sockets.push(socket);
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`);
  return socket;
}
const half = async (headers: string, body = "half") => {
  const arrived = once(server, "request");
  const socket = send(headers, body);
  await arrived;
  return socket;
};
const outcome = () =>
  new Promise<void>((resolve) => {
    news = resolve;
  });

test("what would take more room than there is is refused, and taken again when there is", async () => {
  const first = await half("Content-Length: 50");
  const refused = outcome();
  send("Content-Length: 51", "half");
  await refused;
  expect(told).toEqual([503]);
  const left = outcome();
  first.destroy();
  await left;
  const taken = outcome();
  send("Content-Length: 51", "x".repeat(51));
  await taken;
  expect(told).toEqual([503, "broken off", "x".repeat(51)]);
});

test("a body in chunks takes as much room as it may need, and no body takes none", async () => {
  await half("Transfer-Encoding: chunked", "4\r\nhalf\r\n");
  for (const [headers, body] of [
    ["Content-Length: 41", "x".repeat(41)],
    ["Content-Length: 40", "x".repeat(40)],
    ["Accept: */*", ""],
  ] as const) {
    const known = outcome();
    send(headers, body);
    await known;
  }
  expect(told).toEqual([503, "x".repeat(40), "none"]);
});

test("a body that is too large gives its room back", async () => {
  for (let time = 0; time < 3; time++) {
    const known = outcome();
    send("Transfer-Encoding: chunked", `46\r\n${"x".repeat(70)}\r\n0\r\n\r\n`);
    await known;
  }
  expect(told).toEqual([413, 413, 413]);
});
