import { caller, type TestAnswer, type TestCall } from "@shop/platform/testing";
import { Ajv2020 } from "ajv/dist/2020.js";

interface Described {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
  components: object;
}
export type Recorder = Awaited<ReturnType<typeof createRecorder>>;
type Values = Readonly<Record<string, string | number>>;

/**
 * Calls one service by the templates of its own OpenAPI document, checks each answer against what the document says of
 * that status, and keeps which of the documented answers were seen.
 */
export async function createRecorder(name: string, url: string) {
  const call = caller(url);
  const document = (await call("GET", "/openapi.json", { key: null })).body as Described;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const seen = new Set<string>();

  async function send(
    method: string,
    template: string,
    values: Values = {},
    options: TestCall = {},
  ): Promise<TestAnswer> {
    const [path = "", query] = template.split("?");
    const described = document.paths[path]?.[method.toLowerCase()];
    if (!described) throw new Error(`${name}: ${method} ${path} is not documented`);
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, key: string) => encodeURIComponent(values[key] ?? `no-${key}`));
    const answer = await call(method, query === undefined ? filled : `${filled}?${query}`, options);
    const expected = described.responses[answer.status];
    if (!expected)
      throw new Error(`${name}: ${method} ${path} answered ${answer.status}, undocumented: ${answer.text}`);
    const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
    const schema = expected.content?.[type]?.schema;
    if (!schema && answer.text !== "")
      throw new Error(`${name}: ${method} ${path} ${answer.status} is undocumented ${type}`);
    if (schema && !ajv.validate({ ...schema, components: document.components }, answer.body))
      throw new Error(`${name}: ${method} ${path} ${answer.status}: ${ajv.errorsText()} in ${answer.text}`);
    seen.add(`${method} ${path} ${answer.status}`);
    return answer;
  }

  /** The documented successes that were not seen, such as `POST /orders 201`. */
  function unseen(): string[] {
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.keys(responses)
          .filter((status) => Number(status) < 400)
          .map((status) => `${method.toUpperCase()} ${path} ${status}`)
          .filter((answer) => !seen.has(answer)),
      ),
    );
  }

  return { send, unseen };
}
