import joi from "joi";
import { ConfigInvalid, loadConfig } from "./config.ts";

const service = {
  port: 8099,
  databaseName: "things",
  config: joi.object<{ COLOUR: string }>({ COLOUR: joi.string().valid("red", "blue").default("red") }),
};

const problemsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(service, env);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  return [];
};

test("a laptop needs no configuration at all", () => {
  expect(loadConfig(service, {})).toMatchObject({
    HOST: "0.0.0.0",
    PORT: 8099,
    DATABASE_URL: "sqlite:./data/things.db",
    API_KEY: "secret-key-123",
    COLOUR: "red",
  });
});

test("the database follows the data folder", () => {
  expect(loadConfig(service, { DATA_DIR: "/srv/shop" }).DATABASE_URL).toBe("sqlite:/srv/shop/things.db");
});

test("an empty value counts as unset, and variables of others are left alone", () => {
  expect(loadConfig(service, { PORT: "", KUBERNETES_SERVICE_HOST: "10.0.0.1" }).PORT).toBe(8099);
});

test("all problems are told at once, each naming its variable, of the platform and of the service", () => {
  const problems = problemsOf({ PORT: "70000", LOG_LEVEL: "loud", REQUEST_TIMEOUT_MS: "soon", COLOUR: "green" });
  expect(problems).toHaveLength(4);
  for (const name of ["PORT", "LOG_LEVEL", "REQUEST_TIMEOUT_MS", "COLOUR"])
    expect(problems.filter((problem) => problem.includes(name))).toHaveLength(1);
});

test("a request may not take so long that a lease or a sweep ends before it", () => {
  expect(loadConfig(service, { REQUEST_TIMEOUT_MS: "25000" }).REQUEST_TIMEOUT_MS).toBe(25_000);
  expect(problemsOf({ REQUEST_TIMEOUT_MS: "25001" })).toEqual([
    "REQUEST_TIMEOUT_MS must be less than or equal to 25000",
  ]);
});

test("production has no default key, and takes a folder of keys instead of one", () => {
  expect(problemsOf({ NODE_ENV: "production" })).toEqual(["API_KEY is required"]);
  expect(problemsOf({ NODE_ENV: "production", API_KEYS_DIR: "/keys" })).toEqual([]);
  expect(loadConfig(service, { API_KEYS_DIR: "/keys" }).API_KEY).toBeUndefined();
});

test("no message repeats a value, which may be a key", () => {
  const problems = problemsOf({ API_KEY: "käse und brot", DATABASE_URL: "postgres://user:hunter2@db" });
  expect(problems).toHaveLength(2);
  expect(problems.join()).not.toMatch(/käse|hunter2/);
});
