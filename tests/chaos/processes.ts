import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Blow } from "./plan.ts";

/** Ends the child when this process is gone, even by SIGKILL. */
const stopWithParent = new URL("../../scripts/launcher/stop-with-parent.mjs", import.meta.url).href;

export interface Program {
  readonly name: string;
  /** What Node runs. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly logFile: string;
}

export type Controlled = ReturnType<typeof createControlled>;

const stopMs = 15_000;

/** One real process under attack. It is started again whenever it ends; what ended it without us is reported to `trouble`. */
export function createControlled(
  program: Program,
  hooks: {
    /** Awaited after each kill and before the next start. */
    afterKill(): Promise<void>;
    /** It ended by itself; it is started again. */
    endedByItself(code: number | null, lastWords: string): void;
  },
) {
  let child: ChildProcess | undefined;
  let wanted = false;
  let kills = 0;
  /** One blow after another. */
  let turn: Promise<void> = Promise.resolve();

  function start(): void {
    wanted = true;
    const log = openSync(program.logFile, "a");
    const started = spawn(process.execPath, ["--import", stopWithParent, program.entry], {
      env: { ...program.env, PATH: process.env.PATH ?? "" },
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    child = started;
    started.once("exit", (code, signal) => {
      if (child !== started) return;
      child = undefined;
      if (!wanted || signal === "SIGKILL") return;
      hooks.endedByItself(code, lastLine(program.logFile));
      setTimeout(() => wanted && !child && start(), 300);
    });
  }

  /** Resolves when it is dead and its file was looked at. */
  async function kill(): Promise<void> {
    while (!child) await delay(20);
    const victim = child;
    const gone = once(victim, "exit");
    victim.kill("SIGKILL");
    await gone;
    kills += 1;
    await hooks.afterKill();
  }

  async function startAndKill(againAfterMs: readonly number[]): Promise<void> {
    start();
    for (const ms of againAfterMs) {
      await delay(ms);
      await kill();
      start();
    }
  }

  return {
    name: program.name,
    kills: () => kills,
    /** Its first start, with the kills that fall into it. */
    begin: ({ againAfterMs }: Blow): Promise<void> => startAndKill(againAfterMs),
    /** Killed, dead for a while, and started; the promise ends there, which may be before it is ready. */
    strike({ downMs, againAfterMs }: Blow): Promise<void> {
      turn = turn.then(async () => {
        await kill();
        await delay(downMs);
        await startAndKill(againAfterMs);
      });
      return turn;
    },
    async pause(forMs: number): Promise<void> {
      const paused = child;
      paused?.kill("SIGSTOP");
      await delay(forMs);
      paused?.kill("SIGCONT");
    },
    async isReady(): Promise<boolean> {
      try {
        const answer = await fetch(`http://127.0.0.1:${program.port}/readyz`, { signal: AbortSignal.timeout(2000) });
        await answer.arrayBuffer();
        return answer.ok;
      } catch {
        return false;
      }
    },
    /** As an operator stops it. Its exit code; undefined when it had to be killed. */
    async stop(): Promise<number | null | undefined> {
      await turn;
      wanted = false;
      const stopping = child;
      if (!stopping) return 0;
      const gone = once(stopping, "exit");
      const patience = setTimeout(() => stopping.kill("SIGKILL"), stopMs);
      stopping.kill("SIGTERM");
      const [code, signal] = (await gone) as [number | null, string | null];
      clearTimeout(patience);
      return signal === "SIGKILL" ? undefined : code;
    },
  };
}

const lastLine = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
