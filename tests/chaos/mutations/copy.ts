import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const leftOut = ["node_modules", ".git", "dist", "data", "coverage"];

/**
 * Copies a checkout so that it can be changed and built by itself. The packages are links to those of the original, but
 * the services among them are the copy's own.
 */
export function copyCheckout(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (source) => source === from || !leftOut.includes(basename(source)) });
  const packages = join(to, "node_modules");
  mkdirSync(join(packages, "@shop"), { recursive: true });
  for (const name of readdirSync(join(from, "node_modules")))
    if (name !== "@shop") symlinkSync(join(from, "node_modules", name), join(packages, name));
  for (const name of readdirSync(join(to, "services")))
    symlinkSync(join(to, "services", name), join(packages, "@shop", name));
}

/** Applies a patch to a copy. Throws when it does not fit any more. */
export const applyPatch = (copy: string, patch: string): Promise<unknown> =>
  // The copy is no repository, and one that it may stand in must not be asked.
  run("git", ["apply", patch], { cwd: copy, env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) } });

/** Bundles the copy's services without checking types: a mutation may break those. */
export const buildCopy = (copy: string): Promise<unknown> =>
  run(process.execPath, ["scripts/bundle.mjs"], { cwd: copy });
