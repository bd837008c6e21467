/** What the tests, which are TypeScript, use of image-names.mjs. */
export function readImageNames(environment: Readonly<Record<string, string | undefined>>): {
  readonly builder: readonly string[];
  readonly prefix: string;
  readonly tag: string;
  imageOf(part: string, tag?: string): string;
};
