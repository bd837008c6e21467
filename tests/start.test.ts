import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "@shop/platform/testing";

// Real processes of the build (`make test` builds first): what a person or Kubernetes sees when a service cannot start.

const root = new URL("..", import.meta.url).pathname;
/** Each service with its database, and a variable of its own that the test of bad configuration gets wrong. */
const services: readonly (readonly [name: string, databaseName: string, ...own: string[]])[] = [
  ["catalog", "products", "SHOP_CURRENCY"],
  ["cart", "carts", "SHOP_CURRENCY"],
  ["order", "orders", "SHOP_CURRENCY"],
  ["payment", "payments", "SHOP_CURRENCY"],
];

const command = (service: string) => [join(root, `services/${service}/dist/main.js`)];
const environment = (dataDir: string, env: Record<string, string> = {}) => ({
  PATH: process.env.PATH,
  HOST: "127.0.0.1",
  PORT: "0",
  DATA_DIR: dataDir,
  ...env,
});

/** Runs a service that is expected to end by itself; its exit code and what it said. */
async function refused(service: string, dataDir: string, env: Record<string, string> = {}) {
  const options = { cwd: root, env: environment(dataDir, env), timeout: 15_000 };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command(service), options);
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, said: stderr };
  }
}

/** Starts a service and waits until it says that it is ready. */
async function started(service: string, dataDir: string) {
  const child = spawn(process.execPath, command(service), {
    cwd: root,
    env: environment(dataDir),
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of child.stdout) if (String(chunk).includes('"ready"')) break;
  return child;
}

async function stopped(child: ReturnType<typeof spawn>): Promise<number | null> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const [code] = await ended;
  return code;
}

async function sql(file: string, statement: string): Promise<void> {
  const { default: sqlite3 } = await import("sqlite3");
  await new Promise<void>((resolve, reject) => {
    const database = new sqlite3.Database(file);
    database.exec(statement, (error) => database.close(() => (error ? reject(error) : resolve())));
  });
}

describe.each(services)("%s", (service, databaseName, ...own) => {
  test("bad configuration: every problem by its variable, code 78", async () => {
    const { code, said } = await refused(service, temporaryFolder(), {
      NODE_ENV: "production",
      PORT: "http",
      LOG_LEVEL: "loud",
      SHOP_CURRENCY: "dollars",
    });
    expect(code).toBe(78);
    for (const name of ["API_KEY", "PORT", "LOG_LEVEL", ...own]) expect(said).toContain(`${service}: ${name}`);
    expect(said).not.toContain("    at ");
  });

  test("one database, one owner: a second process is refused, the first goes on and stops with code 0", async () => {
    const folder = temporaryFolder();
    const first = await started(service, folder);
    const { code, said } = await refused(service, folder);
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`^${service}: .*${databaseName}\\.db`));
    expect(first.exitCode).toBeNull();
    expect(await stopped(first)).toBe(0);
  });

  test("a file that is not a database is refused and left as it was", async () => {
    const folder = temporaryFolder();
    const file = join(folder, `${databaseName}.db`);
    writeFileSync(file, "these are not the rows you are looking for\n".repeat(200));
    const { code, said } = await refused(service, folder);
    expect([code, said]).toEqual([1, expect.stringContaining(`${databaseName}.db`)]);
    expect(said).toMatch(/not a database/i);
  });

  test("an edited migration, or one of newer code, is refused by its name", async () => {
    const folder = temporaryFolder();
    const file = join(folder, `${databaseName}.db`);
    await stopped(await started(service, folder));
    await sql(
      file,
      "INSERT INTO schema_migrations (name, checksum, oldest_code, applied_at) VALUES ('0999-future', 'x', 999, 0)",
    );
    expect(await refused(service, folder)).toMatchObject({ code: 1, said: expect.stringContaining("0999-future") });
    await sql(
      file,
      "DELETE FROM schema_migrations WHERE name = '0999-future'; UPDATE schema_migrations SET checksum = 'x'",
    );
    expect(await refused(service, folder)).toMatchObject({ code: 1, said: expect.stringMatching(/0001-\S+/) });
  });
});

test("dashboard: bad configuration: every problem by its variable, code 78", async () => {
  const { code, said } = await refused("dashboard", temporaryFolder(), { PORT: "http", CART_URL: "cart" });
  expect(code).toBe(78);
  for (const name of ["PORT", "CART_URL"]) expect(said).toContain(`dashboard: ${name}`);
  expect(said).not.toContain("    at ");
});
