import { createHash } from "node:crypto";
import { createKubernetesSecret } from "../scripts/rotate-key/kubernetes-secret.mjs";

// The Secret as rotate-key.mjs reads and writes it by kubectl, which is played here. On a real cluster e2e runs it.

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A cluster's Secret `keys`, with the pods that `showing` tells what they see of `entry`, and a clock that only waiting moves. */
function cluster(showing: () => Record<string, "starting" | string> = () => ({}), entry = "cart") {
  let object = {
    metadata: { resourceVersion: "1", annotations: { other: "kept" } as Record<string, string> },
    data: { cart: base64("old\n"), order: base64("its\n") } as Record<string, string>,
  };
  let time = 0;
  /** What others do between our reading and our writing, once each. */
  const meanwhile: (() => void)[] = [];

  const change = (data: Record<string, string>) => {
    const resourceVersion = `${Number(object.metadata.resourceVersion) + 1}`;
    object = { metadata: { ...object.metadata, resourceVersion }, data: { ...object.data, ...data } };
  };
  function replace(given: typeof object) {
    meanwhile.shift()?.();
    if (given.metadata.resourceVersion !== object.metadata.resourceVersion)
      throw new Error("kubectl replace: Error from server (Conflict): the object has been modified");
    object = given;
    change({});
    return object;
  }
  const podsNow = () =>
    Object.entries(showing()).map(([name, shown]) => ({
      metadata: { name },
      status: { phase: shown === "starting" ? "Pending" : "Running" },
      spec: {
        nodeName: "one",
        containers: [{ name: "main", volumeMounts: [{ name: "keys", mountPath: "/keys" }] }],
        volumes: [{ name: "keys", secret: { secretName: "keys", items: [{ key: entry, path: "cart" }] } }],
      },
    }));
  async function kubectl([verb, kindOrPod = ""]: readonly string[], input = ""): Promise<string> {
    if (verb === "replace") return JSON.stringify(replace(JSON.parse(input)));
    if (verb === "get") return JSON.stringify(kindOrPod === "secret" ? object : { items: podsNow() });
    const shown = showing()[kindOrPod] ?? "starting";
    if (shown === "starting") throw new Error("kubectl exec: unable to upgrade connection: container not found");
    return `${createHash("sha256").update(shown).digest("hex")}  /keys/cart\n`;
  }
  const wait = async (ms: number) => {
    time += ms;
  };
  return {
    secret: createKubernetesSecret({ name: "keys", kubectl, wait, now: () => time }),
    change,
    meanwhile,
    seconds: () => time / 1000,
    digests: () => Buffer.from(object.data["cart.sha256"] ?? "", "base64").toString(),
    now: () => ({
      annotations: object.metadata.annotations,
      cart: Buffer.from(object.data.cart ?? "", "base64").toString(),
      order: Buffer.from(object.data.order ?? "", "base64").toString(),
    }),
  };
}

test("what is written is the entry's lines and a note, and the note goes when it is over; nothing else changes", async () => {
  const { secret, now } = cluster();
  expect(await secret.read("cart")).toEqual({ lines: ["old"], note: undefined });
  await secret.write("cart", ["old", "new"], "digest");
  expect(now()).toMatchObject({ cart: "old\nnew\n", order: "its\n", annotations: { other: "kept" } });
  expect(await secret.read("cart")).toEqual({ lines: ["old", "new"], note: "digest" });
  await secret.write("cart", ["new"], undefined);
  expect(now()).toEqual({ cart: "new\n", order: "its\n", annotations: { other: "kept" } });
});

test("where the services see a key's digest only, it is written with the key, and has to arrive as well", async () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const digests = `sha256:${sha256("old")}\nsha256:${sha256("new")}\n`;
  const shop = cluster(() => ({ one: shop.seconds() < 4 ? "old\nnew\n" : digests }), "cart.sha256");
  shop.change({ "cart.sha256": base64(`sha256:${sha256("old")}\n`) });
  await shop.secret.read("cart");
  await shop.secret.write("cart", ["old", "new"], "digest");
  expect(shop.now()).toMatchObject({ cart: "old\nnew\n" });
  expect(shop.digests()).toBe(digests);
  await shop.secret.arrived("cart");
  expect(shop.seconds()).toBe(4 + 5);
});

test("another entry that is changed at the same moment keeps its change", async () => {
  const { secret, change, meanwhile, now } = cluster();
  await secret.read("cart");
  meanwhile.push(
    () => change({ order: base64("its\nnext\n") }),
    () => change({ order: base64("next\n") }),
  );
  await secret.write("cart", ["old", "new"], "digest");
  expect(now()).toMatchObject({ cart: "old\nnew\n", order: "next\n" });
});

test("an entry that somebody else changed is left as they made it", async () => {
  const { secret, change, meanwhile, now } = cluster();
  await secret.read("cart");
  meanwhile.push(() => change({ cart: base64("theirs\n") }));
  await expect(secret.write("cart", ["old", "new"], "digest")).rejects.toThrow("Somebody else changed cart.");
  expect(now().cart).toBe("theirs\n");
});

test("a Secret that others write without end is given up, and other faults at once", async () => {
  const { secret, change, meanwhile } = cluster();
  await secret.read("cart");
  for (let time = 0; time < 20; time++) meanwhile.push(() => change({}));
  await expect(secret.write("cart", ["new"], undefined)).rejects.toThrow("(Conflict)");

  const forbidden = cluster();
  await forbidden.secret.read("cart");
  let tries = 0;
  for (let time = 0; time < 2; time++)
    forbidden.meanwhile.push(() => {
      tries++;
      throw new Error("kubectl replace: Error from server (Forbidden)");
    });
  await expect(forbidden.secret.write("cart", ["new"], undefined)).rejects.toThrow("(Forbidden)");
  expect(tries).toBe(1);
});

test("it has arrived when each pod shows it, also those that started meanwhile, or that were not there at first", async () => {
  const course = [{}, { one: "before" }, { one: "old\n", two: "starting" }, { one: "old\n", two: "before" }];
  let last = {};
  const shop = cluster(() => {
    last = course[Math.floor(shop.seconds() / 2)] ?? { one: "old\n", two: "old\n" };
    return last;
  });
  await shop.secret.read("cart");
  await shop.secret.arrived("cart");
  expect(last).toEqual({ one: "old\n", two: "old\n" });
  // Until then, and until the services have read it.
  expect(shop.seconds()).toBe(8 + 5);
});

test.each([
  ["a pod keeps what was before", { one: "old\n", two: "before" }, "Still not there: two:/keys/cart"],
  ["a pod does not get up", { one: "starting" }, "Still not there: one:/keys/cart"],
  ["there is no pod", {}, "Still not there: no running pod shows the entry cart of the Secret keys"],
])("after four minutes in which %s, it says so", async (_, pods, words) => {
  const { secret, seconds } = cluster(() => pods as Record<string, string>);
  await secret.read("cart");
  await expect(secret.arrived("cart")).rejects.toThrow(words);
  expect(seconds()).toBeGreaterThan(240);
});
