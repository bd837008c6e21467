/** Longer than a payment service is away for a new version or a new machine; orders must not stay open for ever. */
const patienceMs = 600_000;
/** Between the runs of what walks, and of what waits for it. */
export const soonS = 2;

export type PaymentWalk = ReturnType<typeof createPaymentWalk>;

/**
 * How far this process has come in comparing all payments with their orders, once, from the newest to the oldest: the
 * news that orders restored from an older copy lack may be of any age. `now`: milliseconds on a clock that only goes
 * forward.
 */
export function createPaymentWalk(now: () => number = () => performance.now()) {
  let cursor: string | undefined;
  let over = false;
  let stuckSince: number | undefined;

  return {
    /** Where it goes on; undefined: at the newest payment. */
    cursor: () => cursor,

    /** Every payment was compared; from here on, news comes by itself. */
    isOver: () => over,

    /** An order that is unpaid here may be taken for unpaid: the walk is over, or got nowhere for ten minutes. */
    isHeardOut: () => over || (stuckSince !== undefined && now() - stuckSince > patienceMs),

    /** Before a page is asked for. */
    begin(): void {
      stuckSince ??= now();
    },

    /** A page was compared as a whole, and `next` is where the following one begins. */
    advance(next: string | undefined): void {
      stuckSince = now();
      over ||= next === undefined;
      cursor = over ? undefined : next;
    },
  };
}
