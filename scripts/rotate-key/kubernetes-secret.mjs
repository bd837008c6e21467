import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { digestEntryOf, digestLineOf } from "../key-digest.mjs";
import { refusal } from "../launcher/refusal.mjs";
import { mountedFiles } from "./mounted-files.mjs";

/** Kubernetes renews the files of a mounted Secret within a minute or two, and the services read them every 2 s. */
const arriveWithinMs = 240_000;
const reReadMs = 5_000;

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const base64Lines = (lines) => Buffer.from(`${lines.join("\n")}\n`).toString("base64");

/**
 * A Secret of the cluster as `rotate` uses it. `kubectl(args, input)` answers with what it printed; `wait(ms)` and
 * `now()` are the clock.
 */
export function createKubernetesSecret({ name, kubectl, say = () => {}, wait = delay, now = Date.now }) {
  const noteOf = (entry) => `shop.rotation/${entry}`;
  const entryOf = (entry) => Buffer.from(object.data?.[entry] ?? "", "base64");
  /** As it was when it was last read or written. */
  let object;

  async function get() {
    object = JSON.parse(await kubectl(["get", "secret", name, "-o", "json"]));
  }

  /** What does not show the entry as it is in the Secret, in words; a file that cannot be read counts as one. */
  async function behind(entry) {
    const { items } = JSON.parse(await kubectl(["get", "pods", "-o", "json"]));
    const files = [entry, digestEntryOf(entry)].flatMap((shown) =>
      mountedFiles(items, name, shown).map((file) => ({ ...file, sum: sha256(entryOf(shown)) })),
    );
    // All pods may be about to start anew.
    if (files.length === 0) return [`no running pod shows the entry ${entry} of the Secret ${name}`];
    const isBehind = async ({ pod, container, path, sum }) => {
      const seen = await kubectl(["exec", pod, "-c", container, "--", "sha256sum", path]).catch(() => "");
      return !seen.startsWith(sum);
    };
    const results = await Promise.all(files.map(isBehind));
    return files.filter((_, index) => results[index]).map(({ pod, path }) => `${pod}:${path}`);
  }

  return {
    async read(entry) {
      await get();
      const lines = entryOf(entry).toString().split("\n");
      return {
        lines: lines.map((line) => line.trim()).filter((line) => line !== ""),
        note: object.metadata.annotations?.[noteOf(entry)],
      };
    },

    /** Refused when somebody else changed the entry in between. Other entries may be rotated at the same time. */
    async write(entry, lines, note) {
      const seen = object.data?.[entry];
      for (let triesLeft = 10; ; triesLeft--) {
        await get();
        if (object.data?.[entry] !== seen) throw refusal(`Somebody else changed ${entry}. Run it again.`);
        object.data[entry] = base64Lines(lines);
        if (object.data[digestEntryOf(entry)] !== undefined)
          object.data[digestEntryOf(entry)] = base64Lines(lines.map(digestLineOf));
        const { [noteOf(entry)]: _, ...others } = object.metadata.annotations ?? {};
        object.metadata.annotations = note === undefined ? others : { ...others, [noteOf(entry)]: note };
        try {
          object = JSON.parse(await kubectl(["replace", "-f", "-", "-o", "json"], JSON.stringify(object)));
          return;
        } catch (error) {
          // The API server takes only what was read last.
          if (triesLeft === 0 || !error.message.includes("(Conflict)")) throw error;
        }
      }
    },

    /** Resolves when every pod has read the entry as it is, those too that were starting meanwhile. */
    async arrived(entry) {
      say("  waiting until every pod has it, up to two minutes");
      for (const end = now() + arriveWithinMs; ; await wait(2_000)) {
        const missing = await behind(entry);
        if (missing.length === 0) return void (await wait(reReadMs));
        if (now() > end) throw refusal(`Still not there: ${missing.join(", ")}`);
      }
    },
  };
}
