import { readFileSync } from "node:fs";
import joi from "joi";
import { ConfigInvalid } from "../config.ts";
import type { Logger } from "../log.ts";
import { createReread, secretLines } from "../secret-files.ts";
import { keyOf } from "./signature.ts";

export interface WebhookSecretConfig {
  readonly WEBHOOK_SECRET?: string;
  readonly WEBHOOK_SECRET_FILE?: string;
}

export interface WebhookSecrets {
  /** Those in force now: sign by all of them, accept any of them. Never empty. */
  current(): readonly string[];
  stop(): void;
}

/** Everybody can read it here; there is none in production. */
const developmentSecret = "whsec_ZGV2ZWxvcG1lbnQgb25seSwgbm90IGEgc2VjcmV0IQ==";
const secretsAtMost = 8;
const told = `1 to ${secretsAtMost} lines of whsec_ and the base64 of 24 to 64 bytes`;

/** The secrets in a text, a line each. Throws an Error that says what is wrong and shows none of it. */
function secretsIn(text: string): readonly string[] {
  const secrets = secretLines(text);
  if (secrets.length === 0 || secrets.length > secretsAtMost) throw new Error(`must hold ${told}`);
  for (const secret of secrets) keyOf(secret);
  return secrets;
}

const production = joi.ref("NODE_ENV", { adjust: (value) => value === "production" });
const secretText = joi.string().custom((text: string, helpers) => {
  try {
    secretsIn(text);
    return text;
  } catch {
    return helpers.message({ custom: `{{#label}} must be ${told}` });
  }
});

/** The part of a service's configuration that signs webhooks or takes them in. In production one of the two is required. */
export const webhookSecretConfig = {
  WEBHOOK_SECRET_FILE: joi.string(),
  WEBHOOK_SECRET: secretText.when("WEBHOOK_SECRET_FILE", {
    not: joi.exist(),
    // biome-ignore lint/suspicious/noThenProperty: joi's own name for the branch
    then: joi.when(production, {
      is: true,
      // biome-ignore lint/suspicious/noThenProperty: joi's own name for the branch
      then: joi.required(),
      otherwise: joi.string().default(developmentSecret),
    }),
  }),
};

/**
 * The secrets of WEBHOOK_SECRET_FILE, re-read every few seconds, or else of WEBHOOK_SECRET. A file that turns bad
 * leaves the last good secrets in force. Throws ConfigInvalid when there are none to begin with.
 */
export function createWebhookSecrets(config: WebhookSecretConfig, log: Logger, rereadMs?: number): WebhookSecrets {
  const { WEBHOOK_SECRET_FILE: file, WEBHOOK_SECRET: text = "" } = config;
  if (file !== undefined) return createReread(() => named("WEBHOOK_SECRET_FILE", () => read(file)), log, rereadMs);
  const secrets = named("WEBHOOK_SECRET", () => secretsIn(text));
  return { current: () => secrets, stop: () => {} };
}

const read = (file: string): readonly string[] => secretsIn(readFileSync(file, "utf8"));

function named<Value>(variable: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw new ConfigInvalid([`${variable}: ${(error as Error).message}`]);
  }
}
