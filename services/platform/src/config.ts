import joi from "joi";

/** What every process reads from its environment. Names are those of the environment, so that one search finds all uses. */
export interface ProcessConfig {
  readonly NODE_ENV: string;
  readonly HOST: string;
  readonly PORT: number;
  readonly METRICS_PORT?: number;
  readonly REQUEST_TIMEOUT_MS: number;
  readonly BODY_LIMIT_BYTES: number;
  readonly LOG_LEVEL: string;
}

/** What a service with a database, and keys to it, reads beyond that. */
export interface PlatformConfig extends ProcessConfig {
  readonly DATA_DIR: string;
  readonly DATABASE_URL: string;
  readonly API_KEY?: string;
  readonly API_KEYS_DIR?: string;
  readonly API_SCOPES_FILE?: string;
  readonly PEER_API_KEY?: string;
  readonly PEER_API_KEY_FILE?: string;
  readonly WRITE_QUEUE_LIMIT: number;
  /** Seconds between the runs of each sweep that does not say itself. */
  readonly RECONCILE_EVERY_S: number;
  /** Seconds after readiness in which nothing expires, so that what waited for this service arrives first. */
  readonly SWEEP_DELAY_S: number;
  readonly BACKUP_DIR: string;
  /** How many backups of a database are kept. */
  readonly BACKUP_KEEP: number;
}

/** Every problem of a configuration, a line each. The process says them all and ends with code 78 (EX_CONFIG of sysexits). */
export class ConfigInvalid extends Error {
  override readonly name = "ConfigInvalid";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/**
 * What waits for requests to be over counts on this: the lease of an Idempotency-Key or a message (60 s), the age at
 * which a hold without an order is given up (60 s), and a sweep's run (30 s), in which a whole call to a peer must fit.
 */
const longestRequestMs = 25_000;

const developmentKey = "secret-key-123";
const key = joi.string().pattern(/^[\x21-\x7e]+$/, "visible ASCII");

const processSchema = ({ port }: { port: number }) =>
  joi.object<ProcessConfig>({
    NODE_ENV: joi.string().default("development"),
    HOST: joi.string().hostname().default("0.0.0.0"),
    PORT: joi.number().port().default(port),
    METRICS_PORT: joi.number().port(),
    REQUEST_TIMEOUT_MS: joi.number().integer().min(50).max(longestRequestMs).default(5000),
    BODY_LIMIT_BYTES: joi.number().integer().min(1024).max(10_485_760).default(262_144),
    LOG_LEVEL: joi.string().valid("trace", "debug", "info", "warn", "error", "fatal", "silent").default("info"),
  });

const storeSchema = ({ databaseName }: { databaseName: string }) => {
  const production = joi.ref("NODE_ENV", { adjust: (value) => value === "production" });
  return joi.object<Omit<PlatformConfig, keyof ProcessConfig>>({
    DATA_DIR: joi.string().default("./data"),
    DATABASE_URL: joi
      .string()
      .pattern(/^sqlite:./, "sqlite:<path>")
      .default((parent: PlatformConfig) => `sqlite:${parent.DATA_DIR}/${databaseName}.db`),
    API_KEYS_DIR: joi.string(),
    API_SCOPES_FILE: joi.string(),
    API_KEY: key.when("API_KEYS_DIR", {
      not: joi.exist(),
      // biome-ignore lint/suspicious/noThenProperty: joi's own name for the branch
      then: joi.when(production, {
        is: true,
        // biome-ignore lint/suspicious/noThenProperty: joi's own name for the branch
        then: joi.required(),
        otherwise: joi.string().default(developmentKey),
      }),
    }),
    PEER_API_KEY: key,
    PEER_API_KEY_FILE: joi.string(),
    WRITE_QUEUE_LIMIT: joi.number().integer().min(1).max(1_000_000).default(2048),
    RECONCILE_EVERY_S: joi.number().min(0.1).max(3600).default(30),
    SWEEP_DELAY_S: joi.number().min(0).max(3600).default(120),
    BACKUP_DIR: joi.string().default((parent: PlatformConfig) => `${parent.DATA_DIR}/backups`),
    BACKUP_KEEP: joi.number().integer().min(1).max(365).default(7),
  });
};

/** The configuration of a service with a database. Throws ConfigInvalid. */
export const loadConfig = <Config extends object>(
  service: { port: number; databaseName: string; config: joi.ObjectSchema<Config> },
  env: NodeJS.ProcessEnv,
): PlatformConfig & Config => read(env, [processSchema(service), storeSchema(service), service.config]);

/** The configuration of a service without one. Throws ConfigInvalid. */
export const loadFrontConfig = <Config extends object>(
  front: { port: number; config: joi.ObjectSchema<Config> },
  env: NodeJS.ProcessEnv,
): ProcessConfig & Config => read(env, [processSchema(front), front.config]);

/**
 * Reads the environment once and checks it whole. An empty value counts as unset; variables nobody declared are left alone.
 * No message repeats a value, because a value may be a key.
 */
function read<Config>(env: NodeJS.ProcessEnv, parts: readonly joi.ObjectSchema[]): Config {
  const schema = parts.reduce((all, part) => all.concat(part));
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const { value, error } = schema.validate(given, {
    abortEarly: false,
    stripUnknown: true,
    errors: { wrap: { label: false } },
  });
  if (error) throw new ConfigInvalid(error.details.map(reason));
  return value as Config;
}

/** Why joi refused a value, without repeating it. */
export function reason(fault: joi.ValidationErrorItem): string {
  if (fault.type === "string.pattern.name") return `${fault.context?.label} must be ${fault.context?.name}`;
  if (fault.type.startsWith("string.pattern")) return `${fault.context?.label} does not have the required form`;
  return fault.message;
}
