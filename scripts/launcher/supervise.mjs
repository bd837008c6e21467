import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const windows = process.platform === "win32";
const stopWithParent = new URL("./stop-with-parent.mjs", import.meta.url).href;

/** How long one service may take before the next is told to stop too, and all before they are killed: more than the 8 s
 * after which a service drops what is still open, less than the 10 s that people and init systems wait. */
const patience = { oneMs: 1500, allMs: 9000 };

/**
 * Starts a process for each service with `argsOf(service)` for Node, and hands its lines of output to `print(service, line)`.
 * `death` resolves to `{ service, code, signal }` when one ends unasked. `stop()` ends them in the given order.
 */
export function supervise(services, { cwd, argsOf, print }) {
  let stopping = false;
  const children = services.map((service) => startProcess(service, { cwd, args: argsOf(service), print }));
  const death = new Promise((resolve) => {
    for (const child of children)
      child.exited.then((outcome) => stopping || resolve({ service: child.service, ...outcome }));
  });
  async function stop() {
    stopping = true;
    const killer = setTimeout(() => {
      for (const child of children) child.kill();
    }, patience.allMs);
    for (const child of children) {
      child.askToStop();
      await Promise.race([child.exited, delay(patience.oneMs, undefined, { ref: false })]);
    }
    await Promise.all(children.map((child) => child.exited));
    clearTimeout(killer);
  }
  return { death, stop };
}

function startProcess(service, { cwd, args, print }) {
  // A session of its own on POSIX: Ctrl-C and a closed terminal reach the launcher alone, which then keeps the order.
  const child = spawn(process.execPath, ["--import", stopWithParent, ...args], {
    cwd,
    env: service.env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: !windows,
    windowsHide: true,
  });
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on("line", (line) => print(service, line));
  const exited = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: error.code, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  let running = child.pid !== undefined;
  exited.then(() => {
    running = false;
  });
  return {
    service,
    exited,
    askToStop() {
      if (!running) return;
      if (windows) child.disconnect();
      else child.kill("SIGTERM");
    },
    kill() {
      if (!running) return;
      console.error(`The ${service.name} service did not stop in time and is killed.`);
      if (windows) child.kill("SIGKILL");
      else process.kill(-child.pid, "SIGKILL");
    },
  };
}
