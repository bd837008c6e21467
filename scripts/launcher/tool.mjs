import { spawn } from "node:child_process";

const windows = process.platform === "win32";

/**
 * Runs a command in `cwd` with its output shown; resolves to its exit code, or null when it was ended by a signal.
 * On POSIX it leads a process group of its own, so that an interruption also ends what it started (npm's compilers).
 */
export function runTool(command, args, { cwd, interrupted }) {
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which only a shell can start. All arguments are our own constants.
    const child = windows
      ? spawn([command, ...args].map((part) => (part.includes(" ") ? `"${part}"` : part)).join(" "), {
          cwd,
          shell: true,
          stdio,
        })
      : spawn(command, args, { cwd, stdio, detached: true });
    const end = () => {
      try {
        process.kill(windows ? child.pid : -child.pid, "SIGTERM");
      } catch {
        // It has ended by itself.
      }
    };
    interrupted.addEventListener("abort", end, { once: true });
    child.once("error", reject);
    child.once("exit", (code) => {
      interrupted.removeEventListener("abort", end);
      resolve(code);
    });
  });
}

const stdio = ["ignore", "inherit", "inherit"];
