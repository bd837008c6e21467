import { createLogger, type Logger } from "../log.ts";
import { type RunningService, type ServiceDefinition, startService } from "../service.ts";
import { caller, type TestAnswer, type TestCall, testKey } from "./call.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface TestService extends RunningService {
  readonly dataDir: string;
  call(method: string, path: string, options?: TestCall): Promise<TestAnswer>;
}

/** Starts a service as production does, on a free port, with a data folder of its own that `stop` does not remove. */
export async function startTestService<Config extends object>(
  definition: ServiceDefinition<Config>,
  env: Readonly<Record<string, string>> = {},
  log: Logger = createLogger(definition.name, "silent"),
): Promise<TestService> {
  const dataDir = env.DATA_DIR ?? temporaryFolder();
  const defaults = { HOST: "127.0.0.1", PORT: "0", DATA_DIR: dataDir, API_KEY: testKey, SEED_PRODUCTS: "false" };
  const service = await startService(definition, { ...defaults, ...env }, log);
  return { ...service, dataDir, call: caller(service.url) };
}
