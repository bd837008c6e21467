/** What the tests, which are TypeScript, use of services.mjs. */
export function readPlan(
  environment: Readonly<Record<string, string | undefined>>,
  root: string,
): {
  readonly services: readonly { readonly name: string; readonly port: number; readonly portVariable: string }[];
};
