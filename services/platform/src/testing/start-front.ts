import { type FrontDefinition, startFront } from "../front.ts";
import { createLogger, type Logger } from "../log.ts";
import type { RunningProcess } from "../running-process.ts";
import { caller, type TestAnswer, type TestCall } from "./call.ts";

export interface TestFront extends RunningProcess {
  call(method: string, path: string, options?: TestCall): Promise<TestAnswer>;
}

/** Starts a front as production does, on a free port. */
export async function startTestFront<Config extends object>(
  definition: FrontDefinition<Config>,
  env: Readonly<Record<string, string>> = {},
  log: Logger = createLogger(definition.name, "silent"),
): Promise<TestFront> {
  const front = await startFront(definition, { HOST: "127.0.0.1", PORT: "0", ...env }, log);
  return { ...front, call: caller(front.url) };
}
