import { join } from "node:path";
import { type Database, openDatabase } from "../database/database.ts";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const schema = `
  CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, CHECK (text <> 'forbidden')) STRICT;
  CREATE TABLE replies (note_id INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED) STRICT;`;

const opened: Database[] = [];

/** Closes all that were opened: for `afterEach`. */
export async function closeNotes(): Promise<void> {
  for (const database of opened.splice(0)) await database.close();
}

/** A database of notes and replies to them, in a new folder unless a file is given. */
export async function openNotes(options: { file?: string; queueLimit?: number } = {}) {
  const file = options.file ?? join(temporaryFolder(), "notes.db");
  const metrics = createMetrics("test", "0");
  const database = await openDatabase({
    url: `sqlite:${file}`,
    migrations: [{ name: "0001-notes", sql: schema }],
    queueLimit: options.queueLimit ?? 100,
    log: createLogger("test", "silent"),
    metrics,
    ownerWaitMs: 0,
  });
  opened.push(database);
  const add = (text: string) => database.write((trx) => trx("notes").insert({ text }));
  const texts = (): Promise<string[]> => database.read("notes").orderBy("id").pluck("text");
  /** How many batches were committed, and how many units were in them. */
  const batches = async () => {
    const { values } = await metrics.batchSize.get();
    const value = (suffix: string) => values.find(({ metricName }) => metricName?.endsWith(suffix))?.value;
    return { count: value("_count"), units: value("_sum") };
  };
  return { file, database, add, texts, batches };
}

/** A unit of work that runs until it is let go. */
export function gate(database: Database) {
  let open = () => {};
  const opening = new Promise<void>((resolve) => {
    open = resolve;
  });
  let done: Promise<void> = Promise.resolve();
  const running = new Promise<void>((started) => {
    done = database.write(() => {
      started();
      return opening;
    });
  });
  return { running, open, done };
}
