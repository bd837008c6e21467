import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const made = (...callers: string[]): Record<string, string> =>
  JSON.parse(execFileSync(process.execPath, ["scripts/make-keys.mjs", ...callers], { cwd: root, encoding: "utf8" }))
    .stringData;

test("the Secret has every entry that the manifests mount, and no other", () => {
  const manifest = readFileSync(join(root, "k8s/base/statefulset.yaml"), "utf8");
  const mounted = [...manifest.matchAll(/- key: (\S+)/g)].flatMap(([, entry = ""]) => entry);
  const wanted = new Set(mounted.filter((entry) => entry !== "scopes.json"));
  expect(Object.keys(made()).sort()).toEqual([...wanted].sort());
});

test("each caller that is named gets a key of its own", () => {
  const { "front-end": key, admin, "webhook-secret": webhook, ...others } = made("admin", "front-end");
  expect(key).toMatch(/^[\w-]{43}$/);
  expect(admin).not.toBe(key);
  expect(webhook).toMatch(/^whsec_/);
  expect(others).toEqual({});
});
