import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

// A process whose reader went away, as those of a launcher that was killed.
const script = `
  const { createLogger } = await import(${JSON.stringify(new URL("./log.ts", import.meta.url).href)});
  const log = createLogger("test", "info");
  log.info("ready");
  process.on("message", () => {
    for (let n = 0; n < 3; n++) log.info({ n }, "nobody reads this");
    process.exit(7);
  });
`;

test("a log that nobody reads any more keeps no process alive", async () => {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=source", "--input-type=module", "--eval", script],
    { stdio: ["ignore", "pipe", "inherit", "ipc"] },
  );
  const output = child.stdout as Readable;
  const ended = once(child, "exit");
  try {
    await once(output, "data");
    output.destroy();
    child.send("go");
    expect(await ended).toEqual([7, null]);
  } finally {
    child.kill("SIGKILL");
  }
});
