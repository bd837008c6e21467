import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { type FakePeer, startFakePeer } from "../testing/fake-peer.ts";
import { arrived, drained, type OutboxSetup, post, setUpOutbox } from "../testing/outbox-setup.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

// Processes that start one after the other take their time on a busy machine.
import.meta.jest.setTimeout(60_000);

const urlOf = (file: string): string => pathToFileURL(join(import.meta.dirname, file)).href;

/** Another process with an outbox on the file, toward `url`, that does what `script` says. `say` prints a line. */
const program = (file: string, url: string, script: string) => `
  import { openTestDatabase } from "${urlOf("../testing/open-test-database.ts")}";
  import { createMetrics } from "${urlOf("../metrics.ts")}";
  import { createLogger } from "${urlOf("../log.ts")}";
  import { createOutbox } from "${urlOf("outbox.ts")}";
  import { messages, post } from "${urlOf("../testing/outbox-setup.ts")}";
  const say = (line) => process.stdout.write(line + "\\n");
  const database = await openTestDatabase([], ${JSON.stringify(file)});
  const outbox = createOutbox({
    database, log: createLogger("test", "silent"), metrics: createMetrics("test", "0"),
    destinations: { order: { timeoutMs: 30_000, deliver: post({ url: ${JSON.stringify(url)} }) } },
  });
  const append = (added) => database.write((trx) => outbox.append(trx, added));
  outbox.start();
  ${script}`;

const children: ChildProcess[] = [];
let receiver: FakePeer;
let file: string;
beforeEach(async () => {
  receiver = await startFakePeer();
  receiver.on("POST", "/order", { status: 200 });
  file = join(temporaryFolder(), "outbox.db");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await receiver.close();
});

function startProcess(script: string) {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", program(file, receiver.url, script)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(child);
  const ended = once(child, "close");
  const lines: string[] = [];
  const reading = createInterface(child.stdout).on("line", (line) => lines.push(line));
  return {
    lines,
    async said(count: number): Promise<void> {
      while (lines.length < count) await once(reading, "line");
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** What the next process finds before it begins, and delivers. */
async function afterRestart<T>(look: (setup: OutboxSetup) => Promise<T>): Promise<T> {
  const setup = await setUpOutbox(file);
  try {
    const found = await look(setup);
    const outbox = setup.outboxWith({ destinations: { order: { deliver: post(receiver) } } });
    outbox.start();
    await drained(outbox);
    return found;
  } finally {
    await setup.close();
  }
}

test("after kill -9 all arrives: what waited, what was under way, and again what was delivered but not marked", async () => {
  receiver.on("POST", "/order", ({ body }) =>
    (body as { name: string }).name === "leased1" ? "hang" : { status: 200 },
  );
  const child = startProcess(`
    const rows = await append([...messages("waiting", 1, 2), ...messages("leased", 1, 2), ...messages("told", 1, 2)]);
    void database.write(() => new Promise(() => {})); // whatever is to be marked waits behind it
    void outbox.dispatch(rows.filter(({ aggregate }) => aggregate === "leased"));
    await outbox.dispatch(rows.filter(({ aggregate }) => aggregate === "told"));
    say("told");`);
  await child.said(1);
  await receiver.waitForRequests(2);
  await child.kill();
  receiver.on("POST", "/order", { status: 200 });

  const left = await afterRestart(({ database }) => database.read("outbox").orderBy("seq"));
  expect(left.map(({ state, holder }) => [state, holder !== null])).toEqual([
    ...[
      ["WAITING", true],
      ["WAITING", false],
    ],
    ...[
      ["WAITING", true],
      ["WAITING", false],
    ],
    ...[
      ["WAITING", true],
      ["WAITING", false],
    ],
  ]);
  const all = arrived(receiver);
  expect(all.slice(0, 2).sort()).toEqual(["leased1", "told1"]);
  for (const aggregate of ["waiting", "leased", "told"])
    expect(all.slice(2).filter((name) => name.startsWith(aggregate))).toEqual([`${aggregate}1`, `${aggregate}2`]);
  const ids = receiver.requests.filter(({ body }) => (body as { name: string }).name === "told1");
  expect(new Set(ids.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
});

test("killed again and again under load, every acknowledged message arrives at least once and in order", async () => {
  const aggregates = ["a-", "b-", "c-", "d-", "e-", "f-", "g-", "h-"];
  const acknowledged: number[] = [];
  for (const [life, arrivals] of [40, 150, 77].entries()) {
    const child = startProcess(`
      for (let number = ${life * 10_000 + 1}; ; number += 1) {
        const rows = await append(${JSON.stringify(aggregates)}.flatMap((aggregate) => messages(aggregate, number)));
        say(String(number));
        void outbox.dispatch(rows);
      }`);
    await child.said(1);
    await receiver.waitForRequests(receiver.requests.length + arrivals);
    await child.kill();
    acknowledged.push(...child.lines.map(Number));
  }
  await afterRestart(async () => {});

  const all = arrived(receiver);
  expect(acknowledged.length).toBeGreaterThan(20);
  for (const aggregate of aggregates) {
    const numbers = all.filter((name) => name.startsWith(aggregate)).map((name) => Number(name.slice(2)));
    expect(numbers).toEqual(expect.arrayContaining(acknowledged));
    const firstTimes = [...new Set(numbers)];
    expect(firstTimes).toEqual([...firstTimes].sort((one, other) => one - other));
  }
});
