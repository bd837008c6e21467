export type { Background } from "./background.ts";
export { createBatcher } from "./batcher.ts";
export { ConfigInvalid, type PlatformConfig } from "./config.ts";
export { createCountGauge } from "./count-gauge.ts";
export {
  type Database,
  isUniqueViolation,
  type Migration,
  openDatabase,
  type WriteOptions,
} from "./database/database.ts";
export { createRowCache } from "./database/row-cache.ts";
export { failOpen } from "./fail-open.ts";
export { type FrontDefinition, startFront } from "./front.ts";
export { unauthorized } from "./http/api-keys.ts";
export { hasBody, readBody } from "./http/body.ts";
export { jsonReader } from "./http/json-reader.ts";
export { decodeCursor, page } from "./http/page.ts";
export { problemAnswer } from "./http/render-problem.ts";
export type { State } from "./http/request-context.ts";
export { type Answer, accepted, created, type Input, ok, type Route, route } from "./http/route.ts";
export { instant, numericPathId, type PageQuery, pageQuery, text, uuid, uuidPathId } from "./http/schemas.ts";
export { unknownPath } from "./http/unknown-path.ts";
export type { Claim } from "./idempotency/claim.ts";
export { type Answered, keepAnswers } from "./idempotency/keep-answers.ts";
export type { Logger } from "./log.ts";
export { Counter, Gauge, Histogram, type Metrics } from "./metrics.ts";
export {
  type Currency,
  currency,
  currencyCode,
  type MinorUnits,
  maxMinorUnits,
  moneyAnswer,
  moneySchema,
} from "./money.ts";
export { takeIn } from "./outbox/inbox.ts";
export {
  createOutbox,
  type Delivery,
  type Destination,
  type Message,
  type Outbox,
  type OutboxFilter,
  type OutboxRow,
  type OutboxState,
  type OutboxStats,
} from "./outbox/outbox.ts";
export { outboxRoutes } from "./outbox/routes.ts";
export { sign, verify, type WebhookHeaders } from "./outbox/signature.ts";
export {
  createWebhookSecrets,
  type WebhookSecretConfig,
  type WebhookSecrets,
  webhookSecretConfig,
} from "./outbox/webhook-secrets.ts";
export { type Peer, type PeerAnswer, type PeerCall, PeerUnavailable } from "./peer.ts";
export { createTogether, type TogetherEntry } from "./peer-together.ts";
export { platformMigrations } from "./platform-migrations.ts";
export { databaseUnavailable, invalidRequest, notFound, overloaded, Problem } from "./problem.ts";
export { backgroundContext, giveUpAt, type RequestContext, remaining } from "./request-context.ts";
export { run, runFront } from "./run.ts";
export { type Parts, type RunningService, type ServiceDefinition, startService, type Wiring } from "./service.ts";
export type { Sweep, SweepPass, SweepResult } from "./sweeps.ts";
