import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "./processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function entryOf(name: string): string {
  const entry = join(root, "services", name === "provider" ? "payment/dist/provider-main.js" : `${name}/dist/main.js`);
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run make build.`);
  return entry;
}

/** A service of the build, or the provider, on this port, with its data and its log in `folder`. Throws when it was not built. */
export const builtProgram = (
  name: string,
  { folder, port, env }: { folder: string; port: number; env: Readonly<Record<string, string>> },
): Program => ({
  name,
  entry: entryOf(name),
  env: { HOST: "127.0.0.1", DATA_DIR: folder, ...env, PORT: String(port) },
  port,
  logFile: join(folder, `${name}.log`),
});
