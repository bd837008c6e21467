import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import joi from "joi";
import { ConfigInvalid, loadConfig } from "../config.ts";
import { createLogger } from "../log.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { sign } from "./signature.ts";
import { createWebhookSecrets, type WebhookSecretConfig, webhookSecretConfig } from "./webhook-secrets.ts";

const lines: string[] = [];
const log = createLogger("test", "info", { write: (line) => void lines.push(line) });
const secret = (letter: string): string => `whsec_${Buffer.from(letter.repeat(32)).toString("base64")}`;
const service = {
  port: 8099,
  databaseName: "things",
  config: joi.object<WebhookSecretConfig>(webhookSecretConfig),
};

const problemsOf = (make: () => unknown): readonly string[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  return [];
};

test("a laptop has a secret to develop with; production has none of its own", () => {
  const [development] = createWebhookSecrets(loadConfig(service, {}), log).current();
  expect(() => sign([development ?? ""], { id: "m", timestampS: 1, body: "{}" })).not.toThrow();

  const production = { NODE_ENV: "production", API_KEY: "k".repeat(20) };
  expect(problemsOf(() => loadConfig(service, production))).toEqual(["WEBHOOK_SECRET is required"]);
  for (const given of [{ WEBHOOK_SECRET: secret("a") }, { WEBHOOK_SECRET_FILE: "/run/secrets/webhook" }])
    expect(problemsOf(() => loadConfig(service, { ...production, ...given }))).toEqual([]);
});

test("several secrets are in force while one is replaced by another", () => {
  const config = loadConfig(service, { WEBHOOK_SECRET: `${secret("a")}\r\n\n${secret("b")}\n` });
  expect(createWebhookSecrets(config, log).current()).toEqual([secret("a"), secret("b")]);
});

test.each([
  ["no prefix", secret("a").slice(6)],
  ["too short a key", `whsec_${Buffer.from("short").toString("base64")}`],
  ["no base64", `whsec_${"*".repeat(40)}`],
  ["one good, one bad", `${secret("a")}\nhunter2`],
  ["too many", Array(9).fill(secret("a")).join("\n")],
  ["only blanks", " \n "],
])("a secret that would not protect is refused at the start, and not shown: %s", (_what, text) => {
  const file = join(temporaryFolder(), "webhook");
  writeFileSync(file, text);
  const problems = [
    ...problemsOf(() => loadConfig(service, { WEBHOOK_SECRET: text })),
    ...problemsOf(() => createWebhookSecrets({ WEBHOOK_SECRET_FILE: file }, log)),
  ];
  expect(problems).toHaveLength(2);
  expect(problems[0]).toMatch(/^WEBHOOK_SECRET must/);
  expect(problems[1]).toMatch(/^WEBHOOK_SECRET_FILE: must/);
  for (const line of text.split("\n").filter((part) => part.trim() !== "")) expect(problems.join()).not.toContain(line);
});

test("a file that is not there stops the start, by the variable's name", () => {
  const missing = { WEBHOOK_SECRET_FILE: join(temporaryFolder(), "none") };
  expect(problemsOf(() => createWebhookSecrets(missing, log))).toEqual([
    expect.stringMatching(/^WEBHOOK_SECRET_FILE: /),
  ]);
});

test("a file takes force when it changes, and a broken one does not end the good one", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "webhook");
  const replace = (text: string) => {
    writeFileSync(join(folder, "next"), text);
    renameSync(join(folder, "next"), file);
  };
  replace(secret("a"));
  const secrets = createWebhookSecrets({ WEBHOOK_SECRET_FILE: file, WEBHOOK_SECRET: secret("z") }, log, 5);
  expect(secrets.current()).toEqual([secret("a")]);
  replace(`${secret("b")}\n${secret("a")}\n`);
  await until(() => secrets.current().length === 2);
  expect(secrets.current()).toEqual([secret("b"), secret("a")]);
  replace("");
  await until(() => lines.join().includes("the last good one stays in force"));
  expect(secrets.current()).toEqual([secret("b"), secret("a")]);
  expect(lines.join()).not.toContain("whsec_Y");
  secrets.stop();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((turn) => setImmediate(turn));
}
