import { eventually } from "./client.ts";
import type { Store } from "./images.ts";
import { probe } from "./probe.ts";
import { ports, type Release } from "./release.ts";

/** Takes a service away from its callers, and answers with what brings it back; both end when it is so. */
export type Outage = (shop: Release, peer: Store, caller: Store) => Promise<() => Promise<void>>;

/** Names stay known for half a minute, and unknown as long. */
const namesFollowMs = 120_000;

/** No pod: connections are refused, or lost where the network policies come first. */
const stopped: Outage = async (shop, peer) => {
  const { namespace } = shop;
  const scale = (replicas: number) => namespace.kubectl("scale", shop.workloadOf(peer), `--replicas=${replicas}`);
  await scale(0);
  await namespace.kubectl("wait", "--for=delete", `pod/${shop.podOf(peer)}`, "--timeout=120s");
  return async () => {
    await scale(1);
    await shop.ready(240_000);
  };
};

/** The pod is there, and its name is not. */
const nameless: Outage = async (shop, peer, caller) => {
  const { namespace } = shop;
  const name = `${shop.name}-${peer}`;
  const { metadata, spec } = await namespace.get("service", name);
  const { clusterIP, clusterIPs, ...lasting } = spec;
  const { labels, annotations } = metadata;
  await namespace.kubectl("delete", "service", name);
  await endConnections(shop, peer);
  await until(shop, peer, caller, /^(ENOTFOUND|EAI_AGAIN)$/, namesFollowMs);
  return async () => {
    await namespace.apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, labels, annotations },
      spec: lasting,
    });
    await until(shop, peer, caller, /^open$/, namesFollowMs);
  };
};

/** The pod and its name are there, and what is sent to it is lost. Needs a network plugin that enforces policies. */
const blackHoled: Outage = async (shop, peer, caller) => {
  const { namespace } = shop;
  const policy = `${shop.name}-${peer}`;
  const { spec } = await namespace.get("networkpolicy", policy);
  const admit = (ingress: object[]) =>
    namespace.kubectl("patch", "networkpolicy", policy, "--type=merge", "-p", JSON.stringify({ spec: { ingress } }));
  await admit([]);
  await endConnections(shop, peer);
  await until(shop, peer, caller, /^timed out$/);
  return async () => {
    await admit(spec.ingress);
    await until(shop, peer, caller, /^open$/);
  };
};

/** What is open survives a name that goes and a policy that comes: with another pod behind the name it does not. */
async function endConnections(shop: Release, peer: Store): Promise<void> {
  await shop.namespace.kubectl("delete", "pod", "--wait=false", shop.podOf(peer));
  await shop.ready(240_000);
}

async function until(shop: Release, peer: Store, caller: Store, state: RegExp, withinMs = 60_000): Promise<void> {
  const address = `${shop.name}-${peer}:${ports[peer]}`;
  await eventually(async () => {
    const { [address]: found = "" } = await probe(shop.namespace, shop.podOf(caller), [address]);
    if (!state.test(found)) throw new Error(`from ${caller}, ${address} is ${found}`);
  }, withinMs);
}

export const outages: Readonly<Record<string, Outage>> = {
  "has no pod": stopped,
  "has no name": nameless,
  "is a black hole": blackHoled,
};
