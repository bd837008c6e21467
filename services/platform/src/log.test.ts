import { createLogger } from "./log.ts";

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger("test", "info", { write: (line) => void lines.push(line) }));
  return lines.join("");
}

test("fields that may hold a credential never reach the log", () => {
  const text = logged((log) => {
    log.info({ key: "hunter2", "x-api-key": "hunter2", "X-API-Key": "hunter2" }, "flat");
    log.info(
      { request: { headers: { "x-api-key": "hunter2" }, "x-api-key": "hunter2", authorization: "hunter2" } },
      "deep",
    );
  });
  expect(text).toContain("flat");
  expect(text).toContain("deep");
  expect(text).not.toContain("hunter2");
});

test("an error is logged by its type, message, code and causes, not with what else hangs on it", () => {
  const error = Object.assign(new Error("refused", { cause: new Error("deeper") }), {
    code: "ECONNREFUSED",
    options: { headers: { "X-API-Key": "hunter2" } },
  });
  const entry = JSON.parse(logged((log) => log.error({ err: error }, "failed")));
  expect(entry).toMatchObject({ level: "error", service: "test", err: { message: "refused", code: "ECONNREFUSED" } });
  expect(entry.err.cause.message).toBe("deeper");
  expect(JSON.stringify(entry)).not.toContain("hunter2");
});
