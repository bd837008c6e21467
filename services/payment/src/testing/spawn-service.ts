import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { testKey } from "@shop/platform/testing";

const running: ChildProcess[] = [];

/** Ends what a failed test left behind. */
export const killSpawned = (): void => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
};

/** A service as a process of its own, from `src/<entry>`; resolves when it is ready. */
export async function spawnService(entry: "main.ts" | "provider-main.ts", env: Readonly<Record<string, string>>) {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", join(import.meta.dirname, "..", entry)],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", API_KEY: testKey, ...env },
    },
  );
  running.push(child);
  const ended = once(child, "close");
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      const { msg, port } = JSON.parse(line) as { msg: string; port: number };
      if (msg === "ready") resolve(port);
    });
    ended.then(() => reject(new Error(`${entry} ended before it was ready`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    /** As if the power failed. */
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
