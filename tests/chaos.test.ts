import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@shop/platform/testing";
import { runChaos } from "./chaos/run.ts";

// The short form of `make chaos`: the real processes, killed and cut off from each other while buyers buy.

const root = fileURLToPath(new URL("..", import.meta.url));

beforeAll(() => promisify(execFile)(process.execPath, ["scripts/prepare.mjs", "--build"], { cwd: root }), 120_000);

it("keeps every promise through forty kills, and faults between all services", async () => {
  const report = await runChaos({
    seed: 40,
    minutes: 0.4,
    kills: 44,
    buyers: 32,
    folder: temporaryFolder(),
    say: () => {},
  });
  // What failed is told with the whole history of an order.
  if (report.violations.length > 0) throw new Error(report.text);
  expect(report.figures.kills).toBeGreaterThanOrEqual(40);
  expect(report.figures.acknowledged).toBeGreaterThan(100);
}, 180_000);
