import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { temporaryFolder } from "@shop/platform/testing";

/**
 * Runs pieces of shell one after another as a person would in one terminal: a variable set in one is there in the next.
 * `curlOptions` are lines of a .curlrc. This machine's proxies and its user's own .curlrc play no part.
 */
export function createTerminal(curlOptions: readonly string[] = ["silent"]) {
  const home = temporaryFolder();
  writeFileSync(join(home, ".curlrc"), curlOptions.join("\n"));
  let variables: Record<string, string> = { PATH: process.env.PATH ?? "", CURL_HOME: home };
  return {
    /** What the commands printed, standard error included. Throws when the last of them failed. */
    async run(script: string): Promise<string> {
      const shell = spawn("bash", ["-c", `exec 2>&1; trap 'env -0 >&3' EXIT; set -a\n${script}`], {
        cwd: home,
        env: variables,
        stdio: ["ignore", "pipe", "ignore", "pipe"],
      });
      const ended = new Promise<number | null>((resolve, reject) => {
        shell.once("error", reject);
        shell.once("close", resolve);
      });
      const [code, printed, kept] = await Promise.all([
        ended,
        text(shell.stdout as Readable),
        text(shell.stdio[3] as Readable),
      ]);
      if (code !== 0) throw new Error(`exit code ${code} of:\n${script}\n${printed}`);
      variables = Object.fromEntries(kept.split("\0").filter(Boolean).map(nameAndValue));
      return printed;
    },
    /** The text with `$NAME` replaced by the variable of that name. */
    expand: (given: string): string => given.replaceAll(/\$([A-Z_]+)/g, (whole, name) => variables[name] ?? whole),
  };
}

function nameAndValue(line: string): [string, string] {
  const [name = "", ...value] = line.split("=");
  return [name, value.join("=")];
}

/** The status codes in the output of `curl -i`, in order. A status may follow a body on its line. */
export const statusesIn = (printed: string): number[] =>
  [...printed.matchAll(/HTTP\/[\d.]+ (\d{3})/g)].map(([, code]) => Number(code));
