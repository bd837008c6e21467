/** A promise that was broken. `orderId` when it is about one order, whose history is then printed. */
export interface Violation {
  /** The promise, in words that stay the same from run to run. */
  readonly rule: string;
  readonly detail: string;
  readonly orderId?: string;
}

/** Collects what is broken. `expect` is an assertion that goes on. */
export function createFindings() {
  const violations: Violation[] = [];
  return {
    violations,
    expect(holds: boolean, rule: string, detail: string, orderId?: string): void {
      if (!holds) violations.push({ rule, detail, ...(orderId === undefined ? {} : { orderId }) });
    },
  };
}
export type Findings = ReturnType<typeof createFindings>;
