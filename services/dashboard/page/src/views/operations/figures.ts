import type { Stats } from "../../api/operations.ts";

const rate = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** "0", "0.5", "12.3", "1,234". */
export const formatRate = (perSecond: number | null): string =>
  perSecond === null ? "\u2013" : perSecond >= 100 ? whole.format(perSecond) : rate.format(perSecond);

/** "5 ms", "2.5 s"; a dash when nothing was asked. */
export function formatMs(ms: number | null): string {
  if (ms === null) return "\u2013";
  if (ms === Number.POSITIVE_INFINITY) return "over 5 s";
  return ms >= 1000 ? `${rate.format(ms / 1000)} s` : `${rate.format(ms)} ms`;
}

const known = new Set(["service", "version", "uptime_s", "routes", "queue", "breakers", "outbox"]);
const titles: Readonly<Record<string, string>> = { reservations: "Holds" };

export interface RowsByState {
  readonly title: string;
  readonly states: readonly (readonly [state: string, count: number])[];
}

/** What only this service counts, such as orders by status; whatever has another form is left out. */
export function rowsByState(stats: Partial<Stats>): readonly RowsByState[] {
  return Object.entries(stats)
    .filter(([name]) => !known.has(name))
    .flatMap(([name, counts]) => {
      if (typeof counts !== "object" || counts === null) return [];
      const states = Object.entries(counts).filter((pair): pair is [string, number] => typeof pair[1] === "number");
      return [{ title: titles[name] ?? name.charAt(0).toUpperCase() + name.slice(1), states }];
    });
}
