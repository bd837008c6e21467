import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { refusal } from "../launcher/refusal.mjs";

/**
 * Runs kubectl and answers with what it printed. `access` are its own options: the context and the namespace.
 * Values go over standard input alone: a process's arguments can be read by others on the machine.
 */
export const createKubectl =
  (access) =>
  async (args, input = "") => {
    const child = spawn("kubectl", [...access, ...args], { stdio: "pipe" });
    const ended = once(child, "close").catch((error) => {
      throw refusal(error.code === "ENOENT" ? "There is no kubectl here." : error.message);
    });
    child.stdin.on("error", () => {}).end(input);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) throw refusal(`kubectl ${args[0]}: ${stderr.trim()}`);
    return stdout;
  };
