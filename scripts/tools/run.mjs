import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { refusal } from "../launcher/refusal.mjs";
import { findTool } from "./find.mjs";

/** The checkout's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs a tool in the checkout's folder and resolves to what it prints. Refuses with all that it said when its exit code
 * is not 0, or none of `codes`.
 */
export async function run(name, args, { input = "", codes = [0] } = {}) {
  const child = spawn(await findTool(name), args, { cwd: root });
  child.stdin.on("error", () => {}); // it may end before it has read everything, and then says why
  child.stdin.end(input);
  const ended = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [output, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (!codes.includes(code)) throw refusal(`${name} ${args.join(" ")}\n${output}${complaint}`);
  return output;
}
