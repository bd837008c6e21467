import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Gauge, type Metrics } from "../metrics.ts";

/** Bytes that this user may still take on the disk of a folder. Throws the system's error when it is not there. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Bytes of the whole disk of a folder. Throws the system's error when it is not there. */
async function diskBytes(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder);
  return blocks * bsize;
}

/** Publishes the room where the database stands, and how much of it is left. Nothing is said while the disk does not answer. */
export function measureFreeSpace(metrics: Pick<Metrics, "registry">, file: string): void {
  const publish = (name: string, help: string, bytes: (folder: string) => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [metrics.registry],
      async collect() {
        try {
          this.set(await bytes(dirname(file)));
        } catch {
          this.remove();
        }
      },
    });
  publish("database_free_bytes", "Bytes free on the disk that holds the database", freeBytes);
  publish("database_disk_bytes", "Size of the disk that holds the database", diskBytes);
}
