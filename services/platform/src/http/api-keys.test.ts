import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "../log.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { createApiKeys } from "./api-keys.ts";

const lines: string[] = [];
const log = createLogger("test", "info", { write: (line) => void lines.push(line) });
const key = (letter: string): string => letter.repeat(24);

function keysOf(files: Record<string, string>, scopes?: unknown) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const scopesFile = scopes === undefined ? undefined : join(temporaryFolder(), "scopes.json");
  if (scopesFile) writeFileSync(scopesFile, JSON.stringify(scopes));
  const config = { API_KEYS_DIR: folder, ...(scopesFile ? { API_SCOPES_FILE: scopesFile } : {}) };
  return createApiKeys(config, { cart: ["catalog:read"], admin: ["*"] }, log);
}

test("one key with every scope, as on a laptop", () => {
  const keys = createApiKeys({ API_KEY: "secret-key-123" }, {}, log);
  expect(keys.identify("secret-key-123")?.may("anything:at-all")).toBe(true);
  for (const wrong of ["secret-key-12", "secret-key-1234", "", "SECRET-KEY-123"])
    expect(keys.identify(wrong)).toBeUndefined();
});

test("every line of a caller's file is valid, with the caller's scopes and no others", () => {
  const keys = keysOf({ cart: `${key("a")}\r\n\n${key("b")}\n`, admin: key("c") });
  for (const letter of ["a", "b"]) {
    expect(keys.identify(key(letter))?.caller).toBe("cart");
    expect(keys.identify(key(letter))?.may("catalog:read")).toBe(true);
    expect(keys.identify(key(letter))?.may("catalog:write")).toBe(false);
  }
  expect(keys.identify(key("c"))?.may("catalog:write")).toBe(true);
  keys.stop();
});

test("a key may be given as its SHA-256, so that the folder holds no key", () => {
  const keys = keysOf({ cart: `sha256:${createHash("sha256").update(key("a")).digest("hex")}` });
  expect(keys.identify(key("a"))?.caller).toBe("cart");
  keys.stop();
});

test("a scopes file replaces the defaults; a caller it does not name may do nothing", () => {
  const keys = keysOf({ cart: key("a"), shop: key("b") }, { shop: ["orders:write"] });
  expect(keys.identify(key("a"))?.may("catalog:read")).toBe(false);
  expect(keys.identify(key("b"))?.may("orders:write")).toBe(true);
  keys.stop();
});

test.each([
  ["a short key", { cart: "short" }, undefined],
  ["a broken digest", { cart: "sha256:1234567890123456789012345678901234567890" }, undefined],
  ["no key at all", {}, undefined],
  ["a scope that cannot be", { cart: key("a") }, { cart: ["Catalog Read"] }],
])("refuses %s at the start", (_what, files, scopes) => {
  expect(() => keysOf(files as Record<string, string>, scopes)).toThrow(
    expect.objectContaining({ name: "ConfigInvalid" }),
  );
});

test("a mounted Secret that is swapped by symlink takes force without a restart", async () => {
  const mount = temporaryFolder();
  const version = (name: string, value: string) => {
    mkdirSync(join(mount, name));
    writeFileSync(join(mount, name, "cart"), value);
  };
  version("..1", key("a"));
  symlinkSync("..1", join(mount, "..data"));
  symlinkSync(join("..data", "cart"), join(mount, "cart"));
  const keys = createApiKeys({ API_KEYS_DIR: mount }, {}, log, 5);
  expect(keys.identify(key("a"))).toBeDefined();

  version("..2", key("b"));
  symlinkSync("..2", join(mount, "..new"));
  renameSync(join(mount, "..new"), join(mount, "..data"));
  await until(() => keys.identify(key("b")) !== undefined);
  expect(keys.identify(key("a"))).toBeUndefined();

  rmSync(join(mount, "..2"), { recursive: true });
  await until(() => lines.join().includes("the last good one stays in force"));
  expect(keys.identify(key("b"))).toBeDefined();
  keys.stop();
});

test("beside a line that is no key, what was revoked is refused and what is valid goes on", async () => {
  const folder = temporaryFolder();
  const write = (caller: string, text: string) => writeFileSync(join(folder, caller), text);
  write("cart", key("a"));
  write("clerk", key("b"));
  const keys = createApiKeys({ API_KEYS_DIR: folder }, {}, log, 5);
  expect(keys.identify(key("b"))).toBeDefined();
  write("clerk", `short\n${key("c")}`);
  await until(() => keys.identify(key("b")) === undefined);
  expect([key("a"), key("c")].map((each) => keys.identify(each)?.caller)).toEqual(["cart", "clerk"]);
  const told = () => lines.filter((line) => line.includes("a key of clerk is shorter than 20"));
  expect(told()).toHaveLength(1);
  expect(told()[0]).not.toContain("short\\n");
  write("cart", key("f"));
  await until(() => keys.identify(key("f")) !== undefined);
  expect(told()).toHaveLength(1);
  write("clerk", key("c"));
  write("cart", key("d"));
  await until(() => keys.identify(key("d")) !== undefined);
  write("clerk", `short\n${key("e")}`);
  await until(() => keys.identify(key("e")) !== undefined);
  expect(told()).toHaveLength(2);
  keys.stop();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((turn) => setImmediate(turn));
}
