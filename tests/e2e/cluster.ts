import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the tests read of an object of Kubernetes. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has another shape, and a test asserts on whatever came
  readonly spec: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly status: any;
  /** Of Secrets and ConfigMaps. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Goes to its standard input. */
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly withinMs?: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** Runs a command to its end and answers with its standard output. Throws with its own words when it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input = "", cwd = root, env = {}, withinMs = 300_000 } = options;
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: "pipe",
    timeout: withinMs,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const ended = once(child, "close");
  child.stdin.on("error", () => {}).end(input);
  const [stdout, stderr, [code, endedBy]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} ended with ${code ?? endedBy}:\n${stderr}${stdout}`);
}

/**
 * Follows the objects that `kubectl get <args>` names until `isSo` of the newest state of all of them, by name; answers
 * with them. `describe` tells in words what was there when it took too long.
 */
export async function watch(
  args: readonly string[],
  isSo: (objects: ReadonlyMap<string, KubernetesObject>) => boolean,
  { withinMs = 120_000, describe = async () => "" } = {},
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const line = 'jsonpath={.type}{" "}{.object}{"\\n"}';
  const child = spawn("kubectl", ["get", ...args, "--watch", "--output-watch-events", "-o", line], { stdio: "pipe" });
  const ended = once(child, "close");
  const stderr = text(child.stderr);
  const timer = setTimeout(() => child.kill(), withinMs);
  const objects = new Map<string, KubernetesObject>();
  try {
    for await (const event of createInterface(child.stdout)) {
      const type = event.slice(0, event.indexOf(" "));
      const object: KubernetesObject = JSON.parse(event.slice(type.length));
      if (type === "DELETED") objects.delete(object.metadata.name);
      else objects.set(object.metadata.name, object);
      if (isSo(objects)) return objects;
    }
    throw new Error(
      `kubectl get ${args.join(" ")}: not as awaited in ${withinMs} ms\n${await stderr}${await describe()}`,
    );
  } finally {
    clearTimeout(timer);
    child.kill();
    await ended;
  }
}
