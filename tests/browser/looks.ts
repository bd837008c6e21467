import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const schemes = ["light", "dark"] as const;

/** A folder for a picture of each look of each view. */
const folder = process.env.SCREENSHOTS;

/** Expects of what the page shows now that axe finds nothing and nothing overflows, in both colour schemes. */
export async function holdsInEveryLook(page: Page, name: string, widths: readonly number[] = [1440, 768, 360]) {
  const before = page.viewportSize();
  await page.evaluate(axe);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const look = `${name}-${colorScheme}-${width}`;
      if (folder) await page.screenshot({ path: join(folder, `${look}.png`), fullPage: true });
      const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
      );
      expect([look, found]).toEqual([look, []]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([look, overflow]).toEqual([look, Math.min(0, overflow)]);
    }
  }
  if (before) await page.setViewportSize(before);
}
