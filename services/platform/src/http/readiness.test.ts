import { createLogger } from "../log.ts";
import { backgroundContext } from "../request-context.ts";
import { createReadiness } from "./readiness.ts";

const context = (timeoutMs: number) => backgroundContext(createLogger("test", "silent"), timeoutMs);

test("a request waits for the start, and goes on while the service drains", async () => {
  const readiness = createReadiness();
  const waiting = readiness.wait(context(10_000));
  readiness.ready();
  await waiting;
  readiness.drain();
  await readiness.wait(context(10_000));
  expect(readiness.state()).toBe("draining");
});

test("a start that never succeeds is 503 to those who waited for it", async () => {
  const readiness = createReadiness();
  const waiting = readiness.wait(context(10_000));
  readiness.drain();
  await expect(waiting).rejects.toMatchObject({ status: 503, code: "overloaded" });
});

test("a request waits no longer than its deadline", async () => {
  await expect(createReadiness().wait(context(5))).rejects.toMatchObject({ status: 503 });
});
