import { expectExactly } from "./exactly.ts";
import { figure } from "./figures.ts";
import { useNamespace } from "./namespace.ts";
import { useRelease, type Values } from "./release.ts";
import { type Goods, letClientsIn, makeGoods, startClientPod, startWriters, type Write } from "./writers.ts";

// A database has one writer, whatever Kubernetes is asked to do. Catalog's claim is ReadWriteOncePod, as by default;
// order's is ReadWriteOnce, which two pods of a node can mount.

const namespace = useNamespace("one-writer");
const shop = useRelease(namespace);
const values: Values = { ...letClientsIn, services: { order: { persistence: { accessMode: "ReadWriteOnce" } } } };
const written: Write[] = [];
let goods: Goods;

beforeAll(async () => {
  await shop.install(values);
  await shop.ready();
  goods = await makeGoods(shop);
  await startClientPod(shop);
});

/** A pod like the service's own, with the same claim, beside it on its node. */
async function startSecond(service: "catalog" | "order"): Promise<string> {
  const { spec } = await namespace.get("pod", shop.podOf(service));
  const name = `second-${service}`;
  const { containers, securityContext, volumes, serviceAccountName, nodeName } = spec;
  const matchFields = [{ key: "metadata.name", operator: "In", values: [nodeName] }];
  const required = { nodeSelectorTerms: [{ matchFields }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  const own = { automountServiceAccountToken: false, restartPolicy: "Never", affinity };
  await namespace.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers, securityContext, volumes, serviceAccountName, ...own },
  });
  return name;
}

test("a second pod on a ReadWriteOncePod claim is not scheduled", async () => {
  const second = await startSecond("catalog");
  const pods = await namespace.watch(["pod", second], (all) => refusalOf(all.get(second)?.status) !== undefined);
  expect(refusalOf(pods.get(second)?.status)).toContain("ReadWriteOncePod");
  await namespace.kubectl("delete", "pod", second);
});

const refusalOf = (status?: { conditions?: readonly { type: string; reason?: string; message?: string }[] }) =>
  status?.conditions?.find(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable")?.message;

test("a second pod on a ReadWriteOnce claim refuses to start, and the first goes on", async () => {
  const writers = await startWriters(shop, { name: "beside", goods });
  await writers.more(10);
  const second = await startSecond("order");
  const pods = await namespace.watch(["pod", second], (all) => all.get(second)?.status.phase === "Failed");
  await writers.more(10);
  const writes = await writers.stop();
  written.push(...writes);

  expect(pods.get(second)?.status.containerStatuses[0].state.terminated.exitCode).toBe(1);
  expect(await namespace.kubectl("logs", second)).toContain("/data/orders.db is in use by another process");
  expect(writes.filter(({ tries }) => tries > 1)).toEqual([]);
  await expectExactly(shop, goods, written);
});

test("a pod that is deleted by force, and so replaced before it has ended, has no writer beside it", async () => {
  const writers = await startWriters(shop, { name: "force", goods });
  await writers.more(10);
  await namespace.kubectl("delete", "pod", shop.podOf("order"), "--grace-period=0", "--force");
  await shop.ready();
  await writers.more(10);
  const writes = await writers.stop();
  written.push(...writes);
  figure("writes, of which repeated", `${writes.length}, ${writes.filter(({ tries }) => tries > 1).length}`);
  await expectExactly(shop, goods, written);
});
