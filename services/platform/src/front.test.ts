import joi from "joi";
import type { FrontDefinition } from "./front.ts";
import { startTestFront } from "./testing/start-front.ts";

/** A front that answers when it is told to; `arrived` is when a request stands before it. */
function gatedFront() {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const ended: string[] = [];
  const definition: FrontDefinition<object> = {
    name: "front",
    port: 8098,
    config: joi.object<object>(),
    wire: () => ({
      middleware: [
        async (ctx) => {
          ctx.state.route = "/";
          arrive();
          await gate;
          ctx.body = "answered";
        },
      ],
      stop: () => void ended.push("stopped"),
    }),
  };
  return { definition, open, arrived, ended };
}

test("a front answers its probes and its metrics without a database or a key, and all else by its middleware", async () => {
  const { definition, open } = gatedFront();
  const front = await startTestFront(definition);
  open();
  expect((await front.call("GET", "/readyz", { key: null })).body).toEqual({ status: "ready" });
  expect((await front.call("GET", "/anything", { key: null })).text).toBe("answered");
  expect((await front.call("GET", "/metrics", { key: null })).text).toContain('build_info{service="front"');
  await front.stop();
});

test("a request under way when the stop begins is answered, and the front ends after it, once", async () => {
  const { definition, open, arrived, ended } = gatedFront();
  const front = await startTestFront(definition);
  const answer = front.call("GET", "/");
  await arrived;
  const stops = [front.stop(), front.stop(0)];
  expect(ended).toEqual([]);
  open();
  expect((await answer).text).toBe("answered");
  await Promise.all(stops);
  expect(ended).toEqual(["stopped"]);
});

test("a stop ends when its time is up, whatever hangs", async () => {
  const { definition, arrived, ended } = gatedFront();
  const front = await startTestFront(definition);
  const answer = front.call("GET", "/").catch(() => "cut off");
  await arrived;
  await front.stop(20);
  expect(await answer).toBe("cut off");
  expect(ended).toEqual(["stopped"]);
});

test("metrics move to their own port when they have one, and a port that is taken lets go of the other", async () => {
  const { definition } = gatedFront();
  const first = await startTestFront(definition, { METRICS_PORT: "0" });
  const answer = await fetch(`http://127.0.0.1:${first.metricsPort}/metrics`);
  expect(await answer.text()).toContain("build_info");
  const taken = startTestFront(gatedFront().definition, { METRICS_PORT: String(first.metricsPort) });
  await expect(taken).rejects.toMatchObject({ code: "EADDRINUSE" });
  await first.stop();
});
