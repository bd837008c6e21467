/** What the tests, which are TypeScript, use of mounted-files.mjs. */
export function mountedFiles(
  pods: readonly object[],
  secret: string,
  entry: string,
): readonly { readonly pod: string; readonly container: string; readonly path: string }[];
