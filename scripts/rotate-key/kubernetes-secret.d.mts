/** What the tests, which are TypeScript, use of kubernetes-secret.mjs. */
import type { RotatedSecret } from "./rotation.d.mts";

export function createKubernetesSecret(options: {
  readonly name: string;
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  readonly say?: (words: string) => void;
  readonly wait?: (ms: number) => Promise<void>;
  readonly now?: () => number;
}): RotatedSecret;
