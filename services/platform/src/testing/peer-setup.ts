import joi from "joi";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { createPeer, type Peer, type PeerCall, type PeerOptions, PeerUnavailable } from "../peer.ts";
import { backgroundContext, type RequestContext } from "../request-context.ts";
import { startFakePeer } from "./fake-peer.ts";

export const key = "the-key-that-no-log-may-hold";
const product = joi.object({ id: joi.number().required() });
export const read: PeerCall = { operation: "read", method: "GET", path: "/products/1", answers: { 200: product } };
export const write: PeerCall = {
  operation: "write",
  method: "POST",
  path: "/products",
  body: {},
  answers: { 201: product },
};

export type PeerSetup = Awaited<ReturnType<typeof startPeerSetup>>;

/** What tests of the peer client share: a fake peer that answers `read` and `write`, clients for it, what they told. */
export async function startPeerSetup() {
  const fake = await startFakePeer({ slowMs: 1000 });
  fake.on("GET", "/products/:id", { body: { id: 1, added_later: true } });
  fake.on("POST", "/products", { status: 201, body: { id: 2 } });
  const logged: string[] = [];
  const log = createLogger("test", "trace", { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics("test", "0");
  const peers: Peer[] = [];

  return {
    fake,
    /** The lines written so far. */
    logged,
    peerWith(options: Partial<PeerOptions> = {}): Peer {
      const peer = createPeer({ name: "catalog", url: fake.url, keys: () => [key], log, metrics, ...options });
      peers.push(peer);
      return peer;
    },
    within: (ms: number): RequestContext => backgroundContext(log, ms),
    /** Calls counted by "operation outcome". */
    async outcomes(): Promise<Record<string, number>> {
      const { values } = await metrics.peerDuration.get();
      const counts = values.filter(({ metricName }) => metricName?.endsWith("_count"));
      return Object.fromEntries(counts.map(({ labels, value }) => [`${labels.operation} ${labels.outcome}`, value]));
    },
    breakerMetric: async () => (await metrics.breakerState.get()).values,
    async close(): Promise<void> {
      for (const peer of peers) peer.close();
      await fake.close();
    },
  };
}

/** The reason a call was given up for; throws when it was answered. */
export async function reasonOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("the call was answered"),
    (thrown) => thrown,
  );
  if (!(error instanceof PeerUnavailable)) throw error;
  return error.reason;
}
