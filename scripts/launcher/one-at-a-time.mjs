import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs `act` while no other process does so under the same lock `file`, which holds the id of the one that does; a process
 * that is gone holds nothing. `onWait` is called once when there is another. Does nothing when interrupted meanwhile.
 */
export async function oneAtATime(file, act, { interrupted, onWait }) {
  for (let waits = false; !take(file); waits = true) {
    if (!waits) onWait();
    await delay(100);
    if (interrupted.aborted) return;
  }
  try {
    await act();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!isHeld(file)) rmSync(file, { force: true });
    return false;
  }
}

/** A lock that is still empty is being taken; 0 is this process itself, which is there. */
function isHeld(file) {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    // ENOENT: it was let go, and is asked for again. EPERM: its process runs, as another user.
    return error.code === "EPERM" || error.code === "ENOENT";
  }
}
