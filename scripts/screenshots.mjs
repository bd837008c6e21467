import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// The pictures that docs/dashboard.md shows, out of those that the browser tests make of every view.
const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs/dashboard.md"), "utf8");
const shown = [...page.matchAll(/\(dashboard\/([a-z0-9-]+\.png)\)/g)].map(([, name]) => name);

const folder = mkdtempSync(join(tmpdir(), "shop-screenshots-"));
try {
  const jest = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "node_modules/jest/bin/jest.js"];
  const { status } = spawnSync(process.execPath, [...jest, "tests/browser/views"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, SCREENSHOTS: folder },
  });
  mkdirSync(join(root, "docs/dashboard"), { recursive: true });
  for (const name of shown) copyFileSync(join(folder, name), join(root, "docs/dashboard", name));
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
