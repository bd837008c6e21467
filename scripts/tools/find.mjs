import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { go, requireGo } from "./go.mjs";
import { tools } from "./versions.mjs";

const suffix = process.platform === "win32" ? ".exe" : "";

/** Where tools are kept between runs: `shop-tools` in `XDG_CACHE_HOME`, or in `~/.cache`. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "shop-tools");

/**
 * Resolves to the command that starts a tool at its pinned version: from the PATH when it is there at that version, else
 * from the cache, else built into it. Throws a refusal when Go is needed and missing, or the build fails.
 */
export async function findTool(name) {
  const tool = tools[name];
  const file = join(cacheFolder, `${name}-${tool.version}`, name + suffix);
  if (existsSync(file)) return file;
  if (await isOnPath(name, tool)) return name;
  await build(name, tool, file);
  return file;
}

async function isOnPath(name, { ask, version, known = version }) {
  if (!ask) return false;
  try {
    const { stdout } = await promisify(execFile)(name, ask);
    return stdout.split(/[^0-9.]+/).includes(known.replace(/^v/, ""));
  } catch {
    return false; // it is not there, or is so different that it does not understand the question
  }
}

/** Built where Go keeps the module: only there do its own replacements and checksums hold, which `go install` refuses. */
async function build(name, { module, version, main, strings }, file) {
  await requireGo();
  const began = performance.now();
  console.log(`Building ${name} ${version} ...`);
  const { Dir } = JSON.parse(await go(["mod", "download", "-json", `${module}@${version}`]));
  const links = strings.map((string) => ` -X ${string}`).join("");
  const unfinished = `${file}.${process.pid}`;
  await mkdir(join(file, ".."), { recursive: true });
  await go(["build", "-C", Dir, "-trimpath", "-ldflags", `-s -w${links}`, "-o", unfinished, `./${main}`]);
  await rename(unfinished, file);
  console.log(`Built ${name} in ${Math.round((performance.now() - began) / 1000)} s.`);
}
