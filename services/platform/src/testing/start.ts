import { createLogger, type Logger } from "../log.ts";
import { type RunningService, type ServiceDefinition, startService } from "../service.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const testKey = "test-key-of-every-scope";

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on whatever came
  readonly body: any;
  readonly text: string;
}

export interface TestCall {
  readonly body?: unknown;
  /** Sent as it is instead of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null` sends no key. */
  readonly key?: string | null;
}

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

/** A function that calls the service at `url` with the test key and reads the answer whole. */
export const caller =
  (url: string) =>
  async (method: string, path: string, options: TestCall = {}): Promise<TestAnswer> => {
    const { key = testKey, body, raw } = options;
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const headers = {
      ...(key === null ? {} : { "X-API-Key": key }),
      ...(payload === undefined ? {} : { "Content-Type": "application/json" }),
      ...options.headers,
    };
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(payload === undefined ? {} : { body: payload }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
  };
