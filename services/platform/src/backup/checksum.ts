import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";

/** The file's SHA-256 in hex. Throws the system's error, or AbortError. */
export async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
}

export const checksumFileOf = (file: string): string => `${file}.sha256`;

/** As `sha256sum` writes it, so that `sha256sum -c` checks it without us. */
export const checksumLine = (sha256: string, file: string): string => `${sha256}  ${basename(file)}\n`;

/** The checksum that stands beside a file; undefined when there is none, or none for this file. */
export async function readChecksum(file: string): Promise<string | undefined> {
  const text = await readFile(checksumFileOf(file), "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const [, sha256, name] = /^([0-9a-f]{64}) [ *](.+)\n?$/.exec(text) ?? [];
  return name === basename(file) ? sha256 : undefined;
}
