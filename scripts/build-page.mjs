import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

// The dashboard's page, from services/dashboard/page into services/dashboard/dist/page. Not again when nothing changed:
// the folder is emptied first, and a dashboard may be serving from it.
const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "services/dashboard/page");
const built = join(root, "services/dashboard/dist/page/index.html");

const changedAt = (path) => statSync(path).mtimeMs;
const sources = readdirSync(page, { recursive: true }).map((file) => join(page, file));
const others = ["package-lock.json", "services/platform/src/currency-digits.ts"].map((file) => join(root, file));
const newest = Math.max(...[...sources, ...others].map(changedAt));

if (!existsSync(built) || changedAt(built) < newest) await build({ root: page, logLevel: "warn" });
