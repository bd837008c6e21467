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
