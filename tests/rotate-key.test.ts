import { mountedFiles } from "../scripts/rotate-key/mounted-files.mjs";
import { type RotatedSecret, rotate } from "../scripts/rotate-key/rotation.mjs";

// The rules of a rotation on a Secret that arrives in each pod at another time. On a real cluster e2e runs the command.

/** Which interrupts, after so many writes and arrivals. */
class Interrupted extends Error {}

/**
 * One Secret, and pods that show it late: one presents the entry's first line, the others accept any of its lines.
 * Whenever a pod renews its files, what is presented must be accepted by all.
 */
function cluster(...given: string[]) {
  let lines: readonly string[] = given;
  let note: string | undefined;
  const pods = [0, 1, 2, 3].map(() => lines);
  const written: (readonly string[])[] = [];
  let left = Number.POSITIVE_INFINITY;

  const interrupted = () => {
    if (left-- <= 0) throw new Interrupted();
  };
  const check = () => {
    const presented = pods[0]?.[0];
    for (const accepted of pods) expect(accepted).toContain(presented);
  };
  const secret: RotatedSecret = {
    read: async () => ({ lines, note }),
    async write(_entry, next, nextNote) {
      interrupted();
      [lines, note] = [next, nextNote];
      written.push(lines);
    },
    async arrived() {
      // In the worst order first, and from the other end at the next time.
      for (const index of written.length % 2 ? [0, 1, 2, 3] : [3, 2, 1, 0]) {
        interrupted();
        pods[index] = lines;
        check();
      }
    },
  };
  return {
    secret,
    written,
    interruptAfter(actions: number): void {
      left = actions;
    },
    now: () => ({ lines, note, pods }),
  };
}

let made = 0;
const newLine = () => `new-${++made}`;

test("append, move first, drop the old: what is presented is accepted at each moment", async () => {
  const { secret, written, now } = cluster("old");
  await rotate({ entry: "cart", secret, newLine });
  const fresh = `new-${made}`;
  expect(written).toEqual([["old", fresh], [fresh, "old"], [fresh]]);
  expect(now()).toEqual({ lines: [fresh], note: undefined, pods: Array(4).fill([fresh]) });
});

test("interrupted anywhere and run again, it ends with one new value, and nothing was refused meanwhile", async () => {
  for (let actions = 0; ; actions++) {
    const { secret, now, interruptAfter } = cluster("old");
    interruptAfter(actions);
    const first = await rotate({ entry: "cart", secret, newLine }).catch((error) => error);
    if (first === undefined) break;
    expect(first).toBeInstanceOf(Interrupted);
    interruptAfter(Number.POSITIVE_INFINITY);
    await rotate({ entry: "cart", secret, newLine });
    expect(now()).toEqual({ lines: [`new-${made}`], note: undefined, pods: Array(4).fill([`new-${made}`]) });
    expect(actions).toBeLessThan(20);
  }
});

test("an unfinished rotation goes on with the value that it began with", async () => {
  const { secret, written, interruptAfter } = cluster("old");
  interruptAfter(2);
  await rotate({ entry: "cart", secret, newLine }).catch(() => {});
  const begun = `new-${made}`;
  interruptAfter(Number.POSITIVE_INFINITY);
  await rotate({ entry: "cart", secret, newLine });
  expect(written.at(-1)).toEqual([begun]);
});

test("keepOld leaves both valid, the new one first; the next run drops the old", async () => {
  const { secret, now } = cluster("old");
  await rotate({ entry: "admin", secret, newLine, keepOld: true });
  const fresh = `new-${made}`;
  expect(now().pods).toEqual(Array(4).fill([fresh, "old"]));
  await rotate({ entry: "admin", secret, newLine });
  expect(now().lines).toEqual([fresh]);
});

test("an entry that is not there is refused, and not made", async () => {
  const { secret, written } = cluster();
  await expect(rotate({ entry: "card", secret, newLine })).rejects.toThrow("The Secret has no entry card.");
  expect(written).toEqual([]);
});

test("the files of an entry are found in Secret and projected volumes, in pods that run or start on a node", () => {
  const pod = (name: string, volume: object, status: object = { phase: "Running" }, metadata = {}, spec = {}) => ({
    metadata: { name, ...metadata },
    status,
    spec: {
      ...spec,
      containers: [{ name: "main", volumeMounts: [{ name: "keys", mountPath: "/keys" }] }, { name: "other" }],
      volumes: [
        { name: "keys", ...volume },
        { name: "tmp", emptyDir: {} },
      ],
    },
  });
  const secret = { secretName: "shop-keys", items: [{ key: "admin", path: "key" }] };
  const items = [
    { key: "cart", path: "peer/key" },
    { key: "admin", path: "keys/admin" },
  ];
  const pods = [
    pod("one", { secret }),
    pod("two", { projected: { sources: [{ configMap: {} }, { secret: { name: "shop-keys", items } }] } }),
    pod("whole", { secret: { secretName: "shop-keys" } }),
    pod("others", { secret: { secretName: "other-keys" } }),
    pod("over", { secret }, { phase: "Succeeded" }),
    pod("waiting for a node", { secret }, { phase: "Pending" }),
    pod("starting", { secret }, { phase: "Pending" }, {}, { nodeName: "one" }),
    pod(
      "starting and ending",
      { secret },
      { phase: "Pending" },
      { deletionTimestamp: "2026-01-31T12:00:00Z" },
      { nodeName: "one" },
    ),
    pod("ending", { secret }, { phase: "Running" }, { deletionTimestamp: "2026-01-31T12:00:00Z" }),
  ];
  expect(mountedFiles(pods, "shop-keys", "admin")).toEqual([
    { pod: "one", container: "main", path: "/keys/key" },
    { pod: "two", container: "main", path: "/keys/keys/admin" },
    { pod: "whole", container: "main", path: "/keys/admin" },
    { pod: "starting", container: "main", path: "/keys/key" },
  ]);
});
