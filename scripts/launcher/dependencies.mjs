import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether node_modules holds what package-lock.json names, for this platform. npm writes node_modules/.package-lock.json
 * last, after the install scripts, so a broken install does not count and one made by hand does.
 */
export function isInstalled(root) {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const have = packagesOf(join(root, "node_modules/.package-lock.json"));
  if (!have) return false;
  return Object.entries(wanted ?? {}).every(
    ([path, entry]) => !isNeeded(path, entry) || have[path]?.version === entry.version,
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An optional package counts only when it is built for this platform; which C library it wants is npm's affair. */
function isNeeded(path, { link, libc, optional, os, cpu }) {
  if (!path.startsWith("node_modules/") || link || libc || (optional && !os)) return false;
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
}

const buildTools = process.platform === "win32" ? ["python"] : ["python3", "make", "c++"];

/** What to do about a failed `npm ci`: names the build tools that are missing, because that is the usual cause. */
export function whyInstallFailed() {
  const missing = buildTools.filter(
    (tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error?.code === "ENOENT",
  );
  if (missing.length === 0 && process.platform !== "win32")
    return "npm ci failed; its lines above say why. Is the network reachable?";
  return [
    "npm ci failed. No ready-made SQLite driver fits this machine or could be fetched, so it has to be compiled;",
    missing.length > 0
      ? `missing for that: ${missing.join(", ")}. Install the build tools and try again:`
      : "that needs:",
    "  Debian, Ubuntu:  apt-get install python3 make g++",
    "  Fedora:          dnf install python3 make gcc-c++",
    "  Alpine:          apk add python3 make g++",
    "  macOS:           xcode-select --install",
    '  Windows:         Python, and Visual Studio Build Tools with "Desktop development with C++"',
  ].join("\n");
}
