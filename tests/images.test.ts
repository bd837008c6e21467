import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@shop/platform/testing";
import { readPlan } from "../scripts/launcher/services.mjs";

// What can be said of the images without a tool that builds them.

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const { services } = readPlan({}, root);

const dockerfiles = ["Dockerfile.base", "Dockerfile.dev", ...services.map(({ name }) => `services/${name}/Dockerfile`)];

/** The instructions of a Dockerfile, each a line: comments are gone and continued lines joined. */
const instructions = (file: string) =>
  read(file)
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "");

/** The instructions of one stage, without its FROM. */
function stage(name: string): string[] {
  const lines = instructions("Dockerfile.base");
  const first = lines.findIndex((line) => line.startsWith("FROM ") && line.endsWith(` AS ${name}`)) + 1;
  const rest = lines.slice(first);
  const next = rest.findIndex((line) => line.startsWith("FROM "));
  return next < 0 ? rest : rest.slice(0, next);
}

describe.each(services)("the image of $name", ({ name, port }) => {
  const lines = instructions(`services/${name}/Dockerfile`);

  it("runs its own bundle, and says on which ports", () => {
    expect(lines).toContain(`CMD ["node", "services/${name}/dist/main.js"]`);
    expect(lines).toContain(`EXPOSE ${port} 9090`);
  });

  it("is made of copied files alone, so that nothing that builds can be left behind", () => {
    const kinds = new Set(lines.map((line) => line.split(" ")[0]));
    expect([...kinds].sort()).toEqual(["ARG", "CMD", "COPY", "EXPOSE", "FROM", "LABEL"]);
    for (const copy of lines.filter((line) => line.startsWith("COPY")))
      expect(copy).toMatch(/^COPY --from=build \/shop\/\S+(\.js|package\.json|dist\/page) /);
  });

  it("says where it comes from", () => {
    for (const label of ["source", "revision", "version"])
      expect(lines.join()).toContain(`org.opencontainers.image.${label}="\${${label.toUpperCase()}}"`);
  });

  it("is built by skaffold, in each profile that builds, and given to the chart", () => {
    const skaffold = read("skaffold.yaml");
    expect(skaffold.match(new RegExp(`^ +- image: localhost/shop-${name}$`, "gm"))).toHaveLength(3);
    for (const part of ["registry", "repository", "tag", "digest"])
      expect(skaffold).toContain(`services.${name}.image.${part}: "{{.IMAGE_`);
    expect(skaffold).toContain(`resourceName: shop-${name}, port: ${port}, localPort: ${port}`);
  });
});

it("names the public images in one place, of one release of Node and of Debian", () => {
  const named = dockerfiles.flatMap(instructions).filter((line) => /^ARG \w+=\S*[:/]/.test(line));
  const node = read(".nvmrc").trim();
  expect(named).toEqual([
    `ARG NODE_BUILD=docker.io/library/node:${node}-bookworm`,
    `ARG NODE_RUNTIME=docker.io/library/node:${node}-bookworm-slim`,
  ]);
  const stages = dockerfiles.flatMap(instructions).flatMap((line) => line.match(/^FROM \S+ AS (\S+)$/)?.[1] ?? []);
  for (const line of dockerfiles.flatMap(instructions).filter((line) => line.startsWith("FROM "))) {
    const from = line.split(" ")[1]?.replace(/^\$\{(.*)\}$/, "$1");
    expect([...stages, "NODE_BUILD", "NODE_RUNTIME", "BUILD", "BASE"]).toContain(from);
  }
});

it("runs as a user without a name and without rights", () => {
  expect(stage("shop-base").at(-1)).toBe("USER 65532:65532");
  const users = dockerfiles.flatMap(instructions).filter((line) => line.startsWith("USER "));
  expect(users).toEqual(["USER 65532:65532"]);
});

it("installs nothing in what runs: the driver and what it requires come from where it was compiled", () => {
  const base = stage("shop-base");
  expect(base.filter((line) => line.startsWith("COPY"))).toEqual(["COPY --from=dependencies /runtime ./"]);
  expect(base.join()).not.toMatch(/\b(npm|npx|yarn|apt|apt-get|gcc|g\+\+|make|python3?)\b/);
});

it("installs by the lockfile, with the package file of every workspace", () => {
  const lines = stage("dependencies");
  expect(lines).toContain("COPY package.json package-lock.json ./");
  expect(lines.join()).toContain("npm ci ");
  const workspaces = readdirSync(join(root, "services"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of workspaces) expect(lines).toContain(`COPY services/${name}/package.json services/${name}/`);
});

it.each([
  "node_modules/sqlite3/package.json",
  "services/cart/node_modules/joi/package.json",
  "services/cart/dist/main.js",
  "services/dashboard/dist/page/index.html",
  "dist/restore.js",
  "data/orders.db",
  "services/order/data/orders.db-wal",
  "secrets/keys/admin",
  "services/payment/secrets/webhook",
  ".git/config",
  ".env",
  "services/order/.env.production",
  ".npmrc",
])("no build is given %s", (path) => expect(isSent(path)).toBe(false));

it.each([
  "package-lock.json",
  "tsconfig.base.json",
  "scripts/bundle.mjs",
  "services/cart/src/main.ts",
  "services/dashboard/page/index.html",
  "services/dashboard/page/src/main.tsx",
  "services/dashboard/page/public/icon.svg",
])("a build is given %s", (path) => expect(isSent(path)).toBe(true));

/** As .dockerignore is read: the last pattern that matches the path or a folder above it decides. */
function isSent(path: string): boolean {
  const parts = path.split("/");
  const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  const patterns = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return patterns.reduce((sent, line) => {
    const pattern = line
      .replace(/^!/, "")
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*\*\/|\*/g, (wildcard) => (wildcard === "*" ? "[^/]*" : "(?:.*/)?"));
    return above.some((folder) => new RegExp(`^${pattern}$`).test(folder)) ? line.startsWith("!") : sent;
  }, true);
}

it("restarts a service whose file was replaced, when the old one has ended, and stops with it", async () => {
  const folder = temporaryFolder();
  const main = join(folder, "services/main.mjs");
  const write = (file: string, word: string) =>
    writeFileSync(
      file,
      `process.on("SIGTERM", () => { console.log("${word} ends"); process.exit(7); }); console.log("${word} runs"); setTimeout(() => {}, 30_000);`,
    );
  mkdirSync(join(folder, "services"));
  write(main, "first");
  const watcher = spawn(process.execPath, [join(root, "scripts/restart-on-change.mjs")], {
    cwd: folder,
    env: { ...process.env, MAIN: main },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const lines = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    expect(await next()).toBe("first runs");
    // Replaced, not written: this is what watchers miss.
    write(join(folder, "replacement"), "second");
    renameSync(join(folder, "replacement"), main);
    expect(await next()).toMatch(/starts anew/);
    expect(await next()).toBe("first ends");
    expect(await next()).toBe("second runs");

    watcher.kill("SIGTERM");
    expect(await next()).toBe("second ends");
    expect(await once(watcher, "exit")).toEqual([7, null]);
  } finally {
    watcher.kill("SIGKILL");
  }
});
