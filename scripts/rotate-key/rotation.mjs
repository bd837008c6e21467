// How one entry of the keys' Secret gets a new value without a request being refused. Knows nothing of kubectl.
import { createHash } from "node:crypto";
import { refusal } from "../launcher/refusal.mjs";

const digestOf = (line) => createHash("sha256").update(line).digest("hex");

/**
 * Appends a new line, moves it first and drops the others; before each of the last two, every pod has the one before.
 * So what is presented, which is the first line, is accepted everywhere at each moment. The new line's digest is noted
 * on the Secret: called again after an interruption it goes on where it was. With `keepOld` it ends before the others
 * are dropped. `secret` is `read(entry): {lines, note}`, `write(entry, lines, note)` and `arrived(entry)`, which resolves
 * when every pod has what was written.
 */
export async function rotate({ entry, secret, newLine, keepOld = false, say = () => {} }) {
  let { lines, note } = await secret.read(entry);
  if (lines.length === 0) throw refusal(`The Secret has no entry ${entry}.`);

  let fresh = lines.find((line) => digestOf(line) === note);
  if (fresh) say(`${entry}: an unfinished rotation goes on`);
  else {
    fresh = newLine();
    lines = [...lines, fresh];
    await secret.write(entry, lines, digestOf(fresh));
    say(`${entry}: 1 of 3, the new one is put beside the old one`);
  }
  if (lines[0] !== fresh) {
    await secret.arrived(entry);
    lines = [fresh, ...lines.filter((line) => line !== fresh)];
    await secret.write(entry, lines, digestOf(fresh));
  }
  say(`${entry}: 2 of 3, the new one is put first, the old one is still accepted`);
  await secret.arrived(entry);
  if (keepOld) return;

  await secret.write(entry, [fresh], undefined);
  await secret.arrived(entry);
  say(`${entry}: 3 of 3, only the new one is accepted`);
}
