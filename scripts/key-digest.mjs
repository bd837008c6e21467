import { createHash } from "node:crypto";

/** Where a key's Secret has its digest: beside the key, in the entry of this name. */
export const digestEntryOf = (entry) => `${entry}.sha256`;

/** The line of a key's digest, by which the services know a key that they do not present. */
export const digestLineOf = (key) => `sha256:${createHash("sha256").update(key).digest("hex")}`;
