import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { temporaryFolder } from "@shop/platform/testing";
import { createTerminal } from "../docs/terminal.ts";
import { root, run } from "./cluster.ts";

export type Operator = ReturnType<typeof useOperator>;

/**
 * Somebody who types what a page says, in a folder like the checkout, where files may be left. Their kubectl and helm
 * use `namespace` when a command names none. The pages' ports must be free on this machine.
 */
export function useOperator(namespace: () => string, curlOptions?: readonly string[]) {
  const kubeconfig = join(temporaryFolder(), "kubeconfig");
  const terminal = createTerminal(curlOptions);
  let forwards: readonly { end(): Promise<void> }[] = [];

  beforeAll(async () => {
    writeFileSync(kubeconfig, await run("kubectl", ["config", "view", "--raw", "--flatten"]), { mode: 0o600 });
    const access = ["--kubeconfig", kubeconfig, "config", "set-context", "--current", "--namespace", namespace()];
    await run("kubectl", access);
    const links = ["helm", "k8s", "scripts"].map((folder) => join(root, folder)).join(" ");
    await terminal.run(`KUBECONFIG=${kubeconfig} HOME=${process.env.HOME}\nln -s ${links} .`);
  });
  afterAll(() => operator.endForwards());

  const operator = {
    /** What the commands printed. Throws when the last of them failed. */
    run: (script: string): Promise<string> => terminal.run(script),
    expand: terminal.expand,

    /** Runs each `kubectl port-forward ... <port> &` of a text anew, and answers when all of them forward. */
    async forward(printed: string): Promise<void> {
      await operator.endForwards();
      const commands = [...printed.matchAll(/^ *(kubectl .*port-forward .*) &$/gm)].map(([, command = ""]) => command);
      forwards = await Promise.all(commands.map((command) => forward(command, kubeconfig)));
    },
    async endForwards(): Promise<void> {
      await Promise.all(forwards.map(({ end }) => end()));
      forwards = [];
    },
  };
  return operator;
}

async function forward(command: string, KUBECONFIG: string) {
  const child = spawn("bash", ["-c", `exec ${command}`], {
    env: { ...process.env, KUBECONFIG },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  const stderr = text(child.stderr);
  const end = async () => {
    child.kill();
    await ended;
  };
  const [line = ""] = await Promise.race([once(createInterface(child.stdout), "line"), ended.then(() => [])]);
  const port = command.split(" ").at(-1);
  if (String(line).startsWith(`Forwarding from 127.0.0.1:${port} `)) return { end };
  await end();
  throw new Error(`${command}: the port ${port}, which the page names, must be free here.\n${await stderr}`);
}
