import type { ComponentChildren } from "preact";
import { inWords } from "../format/words.ts";

export { inWords };

export type Tone = "good" | "warning" | "bad" | "neutral" | "info";

/** A state in words; the colour only underlines it. */
export const Badge = ({ tone = "neutral", children }: { tone?: Tone; children: ComponentChildren }) => (
  <span class={`badge badge-${tone}`}>{children}</span>
);

const tones: Readonly<Record<string, Tone>> = {
  PAID: "good",
  FULFILLED: "good",
  SUCCEEDED: "good",
  DELIVERED: "good",
  closed: "good",
  PENDING: "warning",
  CHARGING: "warning",
  UNKNOWN: "warning",
  WAITING: "warning",
  PARTIALLY_REFUNDED: "info",
  REFUNDED: "info",
  "half-open": "warning",
  FAILED: "bad",
  DEAD: "bad",
  open: "bad",
};

/** A state of the API, such as `PARTIALLY_REFUNDED`. */
export const StatusBadge = ({ status }: { status: string }) => (
  <Badge tone={tones[status] ?? "neutral"}>{inWords(status)}</Badge>
);
