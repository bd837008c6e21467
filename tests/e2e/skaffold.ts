import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { temporaryFolder } from "@shop/platform/testing";
import { root, run } from "./cluster.ts";
import type { Namespace } from "./namespace.ts";

const leftOut = new Set([".git", "node_modules", "dist", "data", "coverage"]);

/** A copy of the checkout, where files can be edited. */
export async function copyOfCheckout(): Promise<string> {
  const folder = join(temporaryFolder(), "shop");
  await cp(root, folder, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
  return folder;
}

/** With a builder of one's own (docs/images.md) the profile that uses it. A registry is told by SKAFFOLD_DEFAULT_REPO. */
const builder = process.env.SHOP_IMAGE_BUILDER ? ["custom"] : [];

function optionsFor(namespace: Namespace, profiles: readonly string[]): string[] {
  const all = profiles.includes("dev") ? profiles : [...builder, ...profiles];
  return ["--namespace", namespace.name, ...(all.length > 0 ? ["--profile", all.join(",")] : [])];
}

/** Runs skaffold in a folder like the checkout to its end. */
export const skaffold = (
  namespace: Namespace,
  cwd: string,
  args: readonly string[],
  profiles: readonly string[] = [],
): Promise<string> => run("skaffold", [...args, ...optionsFor(namespace, profiles)], { cwd, withinMs: 1_500_000 });

/** `skaffold dev --profile dev`, once it watches the sources. `stop` is Ctrl-C, and waits until it has tidied up. */
export async function skaffoldDev(namespace: Namespace, cwd: string): Promise<{ stop(): Promise<number | null> }> {
  const args = ["dev", "--port-forward=off", ...optionsFor(namespace, ["dev"])];
  const child = spawn("skaffold", args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const ended: Promise<number | null> = once(child, "close").then(([code]) => code);
  const said: string[] = [];
  const watches = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on("line", (line) => {
        if (said.push(line) > 200) said.shift();
        if (line.includes("Watching for changes")) resolve();
      });
  });
  const first = await Promise.race([watches, ended]);
  if (first !== undefined) throw new Error(`skaffold ${args.join(" ")} ended with ${first}:\n${said.join("\n")}`);
  return {
    async stop() {
      child.kill("SIGINT");
      return ended;
    },
  };
}
