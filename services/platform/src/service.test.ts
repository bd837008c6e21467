import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { createLogger } from "./log.ts";
import type { ServiceDefinition } from "./service.ts";
import { startService } from "./service.ts";
import { caller, testKey } from "./testing/call.ts";
import { notesService } from "./testing/notes-service.ts";
import { startTestService } from "./testing/start.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

/** A gate in front of the writing of a note, and the promise that a request stands before it. */
function gatedNotes() {
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let arrived: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const definition = notesService(() => {
    arrived();
    return gate;
  });
  return { definition, open, reached };
}

test("a request under way when the stop begins is answered, and a new one finds nobody", async () => {
  const { definition, open, reached } = gatedNotes();
  const service = await startTestService(definition);
  const answer = service.call("POST", "/notes");
  await reached;
  const stopped = service.stop();
  await expect(service.call("GET", "/health")).rejects.toThrow();
  open();
  expect((await answer).status).toBe(200);
  await stopped;
});

test("a stop does not wait for a connection that was opened in advance and never used", async () => {
  const service = await startTestService(notesService(), { REQUEST_TIMEOUT_MS: "25000" });
  const socket = connect(service.port, "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  await Promise.all([service.stop(), closed]);
});

test("the database stays open for a handler whose client has gone away", async () => {
  const { definition, open, reached } = gatedNotes();
  const first = await startTestService(definition);
  const abandoned = request(`${first.url}/notes?size=3`, { method: "POST", headers: { "X-API-Key": testKey } });
  abandoned.on("error", () => {});
  abandoned.end();
  await reached;
  abandoned.destroy();
  const stopped = first.stop();
  open();
  await stopped;

  const second = await startTestService(definition, { DATA_DIR: first.dataDir });
  expect((await second.call("GET", "/notes")).body).toEqual([{ id: 1, text: "xxx" }]);
  await second.stop();
});

/** Notes with work behind the answer, which goes on until it is released and then writes. */
function notesInTheBackground() {
  const plain = notesService();
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const behind: ServiceDefinition<object> = {
    ...plain,
    wire: async (parts) => {
      parts.background.start("a note", async () => {
        await gate;
        await parts.database.write((trx) => trx("notes").insert({ text: "behind" }));
      });
      return plain.wire(parts);
    },
  };
  return { definition: behind, plain, release };
}

test("a stop waits for the work behind the answers, and the database closes after it", async () => {
  const { definition, plain, release } = notesInTheBackground();
  const first = await startTestService(definition);
  const stopped = first.stop();
  release();
  await stopped;
  const second = await startTestService(plain, { DATA_DIR: first.dataDir });
  expect((await second.call("GET", "/notes")).body).toEqual([{ id: 1, text: "behind" }]);
  await second.stop();
});

test("a stop waits for a request as long as one may take", async () => {
  const { definition, open, reached } = gatedNotes();
  const service = await startTestService(definition, { REQUEST_TIMEOUT_MS: "25000" });
  const answer = service.call("POST", "/notes");
  await reached;
  const { jest } = import.meta;
  jest.useFakeTimers({ doNotFake: ["performance", "Date", "nextTick", "queueMicrotask", "setImmediate"] });
  const stopped = service.stop();
  jest.advanceTimersByTime(25_000);
  jest.useRealTimers();
  open();
  expect((await answer).status).toBe(200);
  await stopped;
});

test("a stop ends when its time is up, whatever hangs, and lets go of the database", async () => {
  const { definition, plain } = notesInTheBackground();
  const first = await startTestService(definition);
  await first.stop(20);
  const second = await startTestService(plain, { DATA_DIR: first.dataDir });
  await second.stop();
});

test("a stop that is asked for again is the one under way: it cuts nothing short, and once it is over nothing happens", async () => {
  const { definition, open, reached } = gatedNotes();
  const service = await startTestService(definition);
  const answer = service.call("POST", "/notes");
  await reached;
  const stops = [service.stop(), service.stop(0)];
  open();
  expect((await answer).status).toBe(200);
  await Promise.all(stops);
  await service.stop();
});

test("metrics move to their own port when they have one", async () => {
  const service = await startTestService(notesService(), { METRICS_PORT: "0" });
  expect((await service.call("GET", "/metrics", { key: null })).status).toBe(401);
  const answer = await caller(`http://127.0.0.1:${service.metricsPort}`)("GET", "/metrics", { key: null });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('build_info{service="notes"')]);
  expect((await caller(`http://127.0.0.1:${service.metricsPort}`)("GET", "/notes")).status).toBe(404);
  await service.stop();
});

test("a start that fails lets go of port and database", async () => {
  const definition = notesService();
  const dataDir = temporaryFolder();
  const env = { HOST: "127.0.0.1", PORT: "0", DATA_DIR: dataDir, API_KEY: testKey };
  const failing = {
    ...definition,
    wire: () => {
      throw new Error("wired wrongly");
    },
  };
  await expect(startService(failing, env, createLogger("notes", "silent"))).rejects.toThrow("wired wrongly");
  const service = await startTestService(definition, { DATA_DIR: dataDir });
  expect((await service.call("GET", "/readyz", { key: null })).status).toBe(200);
  await service.stop();
});

test("/stats tells requests, errors, latency, queue and breakers", async () => {
  const service = await startTestService(notesService());
  await service.call("GET", "/notes");
  await service.call("GET", "/notes?x=1");
  const { body } = await service.call("GET", "/stats");
  expect(body).toMatchObject({ service: "notes", queue: { depth: 0 }, breakers: {} });
  expect(body.routes["GET /notes"]).toMatchObject({ requests: 2, errors: 0, p50_ms: expect.any(Number) });
  await service.stop();
});
