import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const made = (...callers: string[]): Record<string, string> =>
  JSON.parse(execFileSync(process.execPath, ["scripts/make-keys.mjs", ...callers], { cwd: root, encoding: "utf8" }))
    .stringData;

test("the Secret has every entry that the manifests mount, and beside digests their keys", () => {
  const manifest = readFileSync(join(root, "k8s/base/statefulset.yaml"), "utf8");
  const mounted = [...manifest.matchAll(/- key: (\S+)/g)].flatMap(([, entry = ""]) => entry);
  const wanted = mounted.filter((entry) => entry !== "scopes.json");
  const keys = wanted.map((entry) => entry.replace(/\.sha256$/, ""));
  const digests = keys.filter((entry) => entry !== "webhook-secret").map((entry) => `${entry}.sha256`);
  expect(wanted).toContain("admin.sha256");
  expect(wanted).not.toContain("admin");
  expect(Object.keys(made()).sort()).toEqual([...new Set([...keys, ...digests])].sort());
});

test("each caller that is named gets a key of its own", () => {
  const {
    "front-end": key = "",
    "front-end.sha256": digest,
    "admin.sha256": _,
    admin,
    "webhook-secret": webhook,
    ...others
  } = made("admin", "front-end");
  expect(digest).toBe(`sha256:${createHash("sha256").update(key).digest("hex")}`);
  expect(key).toMatch(/^[\w-]{43}$/);
  expect(admin).not.toBe(key);
  expect(webhook).toMatch(/^whsec_/);
  expect(others).toEqual({});
});
