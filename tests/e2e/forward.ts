import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

export interface Forward {
  /** Where the pod's port is on this machine. */
  readonly url: string;
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

/** `kubectl port-forward` from a free port. It stays with the pod that it found, and ends when that goes away. */
export async function openForward(namespace: string, target: string, port: number): Promise<Forward> {
  const args = ["--namespace", namespace, "port-forward", target, `:${port}`, "--address=127.0.0.1"];
  const child = spawn("kubectl", args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const stderr = text(child.stderr);
  const lines = createInterface(child.stdout);
  const first = await Promise.race([once(lines, "line"), ended.then(() => [])]);
  const local = /^Forwarding from 127\.0\.0\.1:(\d+) /.exec(String(first[0]))?.[1];
  if (local === undefined) throw new Error(`kubectl ${args.join(" ")} does not forward: ${await stderr}`);
  return {
    url: `http://127.0.0.1:${local}`,
    ended,
    async close() {
      child.kill();
      await ended;
    },
  };
}

export type Forwards = ReturnType<typeof createForwards>;

/** Forwards that are opened when they are first needed, and anew after `renew` or when their pod went away. */
export function createForwards(open: (target: string) => Promise<Forward>) {
  const opened = new Map<string, Promise<Forward>>();

  async function drop(target: string): Promise<void> {
    const forward = opened.get(target);
    opened.delete(target);
    await forward?.then(({ close }) => close()).catch(() => {});
  }

  return {
    drop,
    /** Closes all; the next call opens what it needs. */
    renew: async (): Promise<void> => void (await Promise.all([...opened.keys()].map(drop))),
    async url(target: string): Promise<string> {
      const known = opened.get(target);
      if (known) return (await known).url;
      const opening = open(target);
      opened.set(target, opening);
      const forget = () => void (opened.get(target) === opening && opened.delete(target));
      const forward = await opening.catch((error) => {
        forget();
        throw error;
      });
      forward.ended.then(forget);
      return forward.url;
    },
  };
}
