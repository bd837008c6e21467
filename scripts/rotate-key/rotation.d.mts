/** What the tests, which are TypeScript, use of rotation.mjs. */
export interface RotatedSecret {
  read(entry: string): Promise<{ readonly lines: readonly string[]; readonly note: string | undefined }>;
  write(entry: string, lines: readonly string[], note: string | undefined): Promise<void>;
  arrived(entry: string): Promise<void>;
}
export function rotate(options: {
  readonly entry: string;
  readonly secret: RotatedSecret;
  readonly newLine: () => string;
  readonly keepOld?: boolean;
  readonly say?: (words: string) => void;
}): Promise<void>;
