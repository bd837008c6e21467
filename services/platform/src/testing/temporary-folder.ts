import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** A new empty folder, removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "shop-test-"));
  if (made.push(folder) === 1)
    process.once("exit", () => {
      for (const each of made) rmSync(each, { recursive: true, force: true });
    });
  return folder;
}
