import { randomBytes } from "node:crypto";

/** A new random value for an entry of the keys' Secret: a caller's API key, or the webhook secret as its standard writes it. */
export const newSecretFor = (entry) =>
  entry === "webhook-secret" ? `whsec_${randomBytes(32).toString("base64")}` : randomBytes(32).toString("base64url");
