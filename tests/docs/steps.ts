/** One numbered step of a guide: what to type, and what must be seen. */
export interface Step {
  readonly number: number;
  readonly title: string;
  readonly script: string;
  /** The status of each answer that is shown with its headers, in order. */
  readonly statuses: readonly number[];
  /** Must occur in what is printed. */
  readonly shown: readonly string[];
  /** Must not occur in it. */
  readonly absent: readonly string[];
}

/**
 * The steps of a page: a line that begins with a bold number, a `sh` block, and a line that begins with `Expect:`.
 * Throws when a block has no number, no expectation, or one that cannot be read: then it would not be checked.
 */
export function stepsOf(markdown: string): Step[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  const steps = [...markdown.matchAll(/^\*\*(\d+)\.\*\* (.+)\n+```sh\n([\s\S]*?)^```\n+Expect: (.+)$/gm)];
  if (blocks.length !== steps.length)
    throw new Error(`${blocks.length} blocks of commands, ${steps.length} of them with a number and an "Expect:" line`);
  return steps.map(([, number, title = "", script = "", expected = ""]) => ({
    number: Number(number),
    title,
    script,
    ...expectation(expected),
  }));
}

const token = /not `([^`]+)`|`([^`]+)`|\b(\d{3})\b/g;

/** Reads ``200, `"status":"PAID"`, not `"reason"` ``. */
export function expectation(line: string): Pick<Step, "statuses" | "shown" | "absent"> {
  const rest = line.replaceAll(token, "").replaceAll(/[\s,.]/g, "");
  if (rest !== "") throw new Error(`an expectation that cannot be read: ${line}`);
  const tokens = [...line.matchAll(token)];
  return {
    statuses: tokens.flatMap(([, , , status]) => (status ? [Number(status)] : [])),
    shown: tokens.flatMap(([, , shown]) => (shown ? [shown] : [])),
    absent: tokens.flatMap(([, absent]) => (absent ? [absent] : [])),
  };
}
