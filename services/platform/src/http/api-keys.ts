import { hash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import joi from "joi";
import { ConfigInvalid, type PlatformConfig } from "../config.ts";
import type { Logger } from "../log.ts";
import { Problem } from "../problem.ts";
import { createReread, readSecretFolder } from "../secret-files.ts";

/** Who presented a key and what it may do. */
export interface Identity {
  readonly caller: string;
  /** As they were granted; `*` is every scope. */
  readonly scopes: readonly string[];
  may(scope: string): boolean;
}

export interface ApiKeys {
  /** The identity behind a presented key; undefined when the key is none of ours. */
  identify(presented: string): Identity | undefined;
  stop(): void;
}

interface KnownKey extends Identity {
  readonly digest: Buffer;
}

const everyScope = "*";
const scopesSchema = joi
  .object()
  .pattern(joi.string(), joi.array().items(joi.string().pattern(/^(\*|[a-z]+(:[a-z]+)?)$/)))
  .required();

/** SHA-256 makes all keys of one length, which timingSafeEqual needs, and keeps the keys themselves out of memory. */
const digestOf = (text: string): Buffer => hash("sha256", text, "buffer");

/** The digest of one line of a key file: a key of 20 characters or more, or `sha256:` and 64 hex digits. Undefined of another. */
function digestOfLine(line: string): Buffer | undefined {
  const hashed = /^sha256:([0-9a-fA-F]{64})$/.exec(line);
  if (hashed?.[1]) return Buffer.from(hashed[1], "hex");
  return line.length < 20 || line.startsWith("sha256:") ? undefined : digestOf(line);
}

function knownKeys(caller: string, digests: readonly Buffer[], scopes: readonly string[]): KnownKey[] {
  const granted = new Set(scopes);
  const may = (scope: string) => granted.has(scope) || granted.has(everyScope);
  return digests.map((digest) => ({ caller, digest, scopes, may }));
}

function readKeys(
  folder: string,
  scopesFile: string | undefined,
  defaults: Readonly<Record<string, readonly string[]>>,
): { keys: KnownKey[]; problems: string[] } {
  const scopes: Record<string, readonly string[]> = scopesFile ? readScopes(scopesFile) : { ...defaults };
  const problems: string[] = [];
  const keys = [...readSecretFolder(folder)].flatMap(([caller, lines]) => {
    const digests = lines.map(digestOfLine);
    if (digests.includes(undefined))
      problems.push(`API_KEYS_DIR: a key of ${caller} is shorter than 20 characters or a broken sha256`);
    const valid = digests.filter((digest) => digest !== undefined);
    return knownKeys(caller, valid, scopes[caller] ?? []);
  });
  if (keys.length === 0) throw new ConfigInvalid([...problems, "API_KEYS_DIR holds no key"]);
  return { keys, problems };
}

function readScopes(file: string): Record<string, readonly string[]> {
  const { value, error } = scopesSchema.validate(JSON.parse(readFileSync(file, "utf8")));
  if (error) throw new ConfigInvalid([`API_SCOPES_FILE: ${error.message}`]);
  return value as Record<string, readonly string[]>;
}

/**
 * The keys that this service accepts: one with every scope (`API_KEY`), or a folder of callers that is re-read.
 * `defaults` are the scopes of each caller when no API_SCOPES_FILE is given. Throws ConfigInvalid. A line that turns out
 * to be no key when it is read again is left out and logged: one that was revoked beside it must not stay in force.
 */
export function createApiKeys(
  config: Pick<PlatformConfig, "API_KEY" | "API_KEYS_DIR" | "API_SCOPES_FILE">,
  defaults: Readonly<Record<string, readonly string[]>>,
  log: Logger,
  rereadMs?: number,
): ApiKeys {
  const { API_KEYS_DIR: folder } = config;
  const source = folder
    ? rereadKeys(() => orConfigInvalid(() => readKeys(folder, config.API_SCOPES_FILE, defaults)), log, rereadMs)
    : { current: always(knownKeys("admin", [digestOf(config.API_KEY ?? "")], [everyScope])), stop: () => {} };
  return {
    identify(presented) {
      const digest = digestOf(presented);
      let found: Identity | undefined;
      // No early end: the time must not tell which key, or that one, matched.
      for (const known of source.current()) if (timingSafeEqual(known.digest, digest)) found = known;
      return found;
    },
    stop: source.stop,
  };
}

/** A problem refuses the start; afterwards it is logged when it is new, and not with every reading. */
function rereadKeys(read: () => { keys: KnownKey[]; problems: string[] }, log: Logger, rereadMs?: number) {
  let before: string[] | undefined;
  return createReread(
    () => {
      const { keys, problems } = read();
      if (before === undefined && problems.length > 0) throw new ConfigInvalid(problems);
      for (const problem of problems) if (!before?.includes(problem)) log.error({ problem }, "a key is left out");
      before = problems;
      return keys;
    },
    log,
    rereadMs,
  );
}

const always =
  <Value>(value: Value) =>
  () =>
    value;

function orConfigInvalid<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigInvalid) throw error;
    throw new ConfigInvalid([`API_KEYS_DIR or API_SCOPES_FILE cannot be read: ${(error as Error).message}`]);
  }
}

export const unauthorized = (): Problem =>
  new Problem(401, "unauthorized", "Send a valid key in the X-API-Key header.", {}, { "WWW-Authenticate": "ApiKey" });

export const forbidden = (scope: string): Problem =>
  new Problem(403, "forbidden", `This key lacks the scope ${scope}.`, { scope });
