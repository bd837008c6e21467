import { measureDoor } from "./door.ts";
import { measurePage } from "./page.ts";

// `make budget`: what the dashboard may cost, and what it does. Ends with code 1 when a budget is not kept.

const door = await measureDoor();
const page = await measurePage();
const rows: readonly (readonly [what: string, measured: number, unit: string, kept: boolean, budget: string])[] = [
  ["script and style of the first view, compressed", page.firstViewKb, "kB", page.firstViewKb <= 60, "60 kB at most"],
  ["first view, until a product can be added", page.interactiveMs, "ms", page.interactiveMs < 1000, "under 1000 ms"],
  [
    "longest task while paging through 10,000 orders",
    page.longestTaskMs,
    "ms",
    page.longestTaskMs <= 100,
    "100 ms at most",
  ],
  ["added by the door, median", door.addedMs, "ms", door.addedMs <= 1, "1 ms at most"],
  ["passed by the door on one core", door.perSecond, "/s", door.perSecond >= 3000, "3000/s at least"],
];
console.log("| what | measured | budget | kept |\n|---|---|---|---|");
for (const [what, measured, unit, kept, budget] of rows)
  console.log(`| ${what} | ${Math.round(measured * 10) / 10} ${unit} | ${budget} | ${kept ? "yes" : "NO"} |`);
process.exitCode = rows.every(([, , , kept]) => kept) ? 0 : 1;
