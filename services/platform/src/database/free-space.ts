import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Gauge, type Metrics } from "../metrics.ts";

/** Bytes that this user may still take on the disk of a folder. Throws the system's error when it is not there. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Publishes the room that is left where the database stands. Nothing is said while the disk does not answer. */
export function measureFreeSpace(metrics: Pick<Metrics, "registry">, file: string): void {
  new Gauge({
    name: "database_free_bytes",
    help: "Bytes free on the disk that holds the database",
    registers: [metrics.registry],
    async collect() {
      try {
        this.set(await freeBytes(dirname(file)));
      } catch {
        this.reset();
      }
    },
  });
}
