import { readFileSync } from "node:fs";
import { ConfigInvalid, type PlatformConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createPeer, type Peer } from "./peer.ts";
import { createReread, secretLines } from "./secret-files.ts";

/** The clients of one service for its peers, all with the keys that it presents, and their common end. */
export function createPeers(config: PlatformConfig, log: Logger, metrics: Metrics) {
  const all: Peer[] = [];
  let keys: ReturnType<typeof peerKeys> | undefined;
  return {
    all,
    create(name: string, url: string): Peer {
      keys ??= peerKeys(config, log);
      const peer = createPeer({ name, url, keys: keys.current, log, metrics });
      all.push(peer);
      return peer;
    },
    close(): void {
      for (const peer of all) peer.close();
      keys?.stop();
    },
  };
}

/** The keys to present, the current one first: a file that is re-read, or one key. Throws ConfigInvalid. */
function peerKeys(config: PlatformConfig, log: Logger): { current(): readonly string[]; stop(): void } {
  const file = config.PEER_API_KEY_FILE;
  if (file) return createReread(() => readKeyFile(file), log);
  const single = config.PEER_API_KEY ?? config.API_KEY;
  if (!single) throw new ConfigInvalid(["PEER_API_KEY or PEER_API_KEY_FILE is required: this service calls others"]);
  return { current: () => [single], stop: () => {} };
}

function readKeyFile(file: string): string[] {
  let keys: string[];
  try {
    keys = secretLines(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigInvalid([`PEER_API_KEY_FILE cannot be read: ${(error as Error).message}`]);
  }
  if (keys.length === 0) throw new ConfigInvalid(["PEER_API_KEY_FILE holds no key"]);
  return keys;
}
