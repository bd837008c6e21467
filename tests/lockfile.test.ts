import { readFileSync } from "node:fs";

interface Locked {
  readonly integrity?: string;
  readonly link?: boolean;
}

test("every package that may be installed, on whatever platform, is pinned by its contents", () => {
  const lockfile = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
  const packages = Object.entries(JSON.parse(lockfile).packages as Readonly<Record<string, Locked>>);
  const installed = packages.filter(([path, { link }]) => path.includes("node_modules/") && !link);
  expect(installed.length).toBeGreaterThan(400);
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
});
