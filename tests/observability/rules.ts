/** What an expression asks Prometheus for: a metric, and the labels that it must have. */
export interface Selector {
  readonly text: string;
  readonly metric: string;
  /** `is` is the value that a matcher `=` names; others say which label alone. */
  readonly labels: readonly { readonly name: string; readonly is: string | undefined }[];
}

/** Labels that Prometheus adds to every series of a target. */
const ofTargets = /^(namespace|pod|job|instance|app_kubernetes_io_\w+)$/;
const words = new Set([
  "and",
  "or",
  "unless",
  "on",
  "by",
  "without",
  "ignoring",
  "group_left",
  "group_right",
  "offset",
]);

/** The selectors of an expression in PromQL, those without braces too. */
export function selectorsIn(expression: string): Selector[] {
  const found = [...expression.matchAll(/([a-zA-Z_:][\w:]*)\s*{([^}]*)}/g)].map(
    ([text, metric = "", matchers = ""]) => ({
      text,
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)]
        .map(([, name = "", operator, value]) => ({ name, is: operator === "=" ? value : undefined }))
        .filter(({ name }) => !ofTargets.test(name)),
    }),
  );
  const rest = expression
    .replaceAll(/[a-zA-Z_:][\w:]*\s*{[^}]*}/g, "")
    .replaceAll(/\b(by|on|without|ignoring|group_left|label_values)\s*\([^()]*\)/g, "")
    .replaceAll(/\[[^\]]*\]/g, "");
  const bare = [...rest.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*\b(?!\s*\()/g)]
    .map(([metric]) => ({ text: metric, metric, labels: [] }))
    .filter(({ metric }) => !words.has(metric));
  return [...found, ...bare];
}

/** The label sets of each metric in pages of `/metrics`; one of which there are no series yet has the empty set. */
export function exposedBy(pages: readonly string[]): ReadonlyMap<string, readonly Readonly<Record<string, string>>[]> {
  const series = new Map<string, Record<string, string>[]>();
  for (const line of pages.join("\n").split("\n")) {
    const [, declared] = /^# TYPE (\w+) /.exec(line) ?? [];
    const [, metric, labels = ""] = /^(\w+)(?:{(.*)})? \S+$/.exec(line) ?? [];
    if (declared) series.set(declared, series.get(declared) ?? [{}]);
    if (!metric) continue;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]);
    series.set(metric, [...(series.get(metric) ?? []), Object.fromEntries(pairs)]);
  }
  return series;
}

/** The alerts of a rule file, each with what it tells. */
export const alertsIn = (rules: string) =>
  rules
    .split(/(?=^ *- (?:alert|record|name): )/m)
    .filter((text) => /^ *- alert: /.test(text))
    .map((text) => {
      const say = (what: string) => {
        const [, quoted, word] = new RegExp(`\\b${what}: (?:"(.*)"$|(\\S+))`, "m").exec(text) ?? [];
        return quoted ?? word;
      };
      return {
        name: say("alert") ?? "",
        severity: say("severity"),
        summary: say("summary"),
        description: say("description"),
        runbook: say("runbook"),
      };
    });
