import { type OrderFilter, orderStatuses } from "../../api/order.ts";
import { isUserId } from "../../session/customer.ts";

/** What the address of the list asks for. Days are `YYYY-MM-DD` of the person's own calendar. */
export interface Asked {
  readonly status: string | undefined;
  readonly user_id: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly cursor: string | undefined;
}

/** Few enough for a page to be drawn at once. */
export const pageSize = 50;

/** What cannot be asked for is left out, so that a mistyped address is no error. */
export function askedOf(query: Readonly<Record<string, string>>): Asked {
  const { status, user_id, from, to, cursor } = query;
  return {
    status: orderStatuses.find((each) => each === status),
    user_id: user_id && isUserId(user_id) ? user_id : undefined,
    from: from && dayStart(from) ? from : undefined,
    to: to && dayStart(to) ? to : undefined,
    cursor: cursor || undefined,
  };
}

/** The same in the API's words: from the first moment of the first day to that of the day after the last. */
export const filterOf = ({ status, user_id, from, to, cursor }: Asked): OrderFilter => ({
  status,
  user_id,
  created_from: from && dayStart(from)?.toISOString(),
  created_to: to && dayStart(to, 1)?.toISOString(),
  cursor,
  limit: pageSize,
});

/** Whether it asks for less than all orders. */
export const isNarrowed = ({ status, user_id, from, to }: Asked): boolean =>
  [status, user_id, from, to].some((part) => part !== undefined);

/** When a day begins here, or the one `later` days after it; undefined when there is no such day. */
function dayStart(day: string, later = 0): Date | undefined {
  const [, year, month, date] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []).map(Number);
  if (!year || !month || !date) return undefined;
  const start = new Date(year, month - 1, date);
  // There is no 31st of February: it would be taken for a day in March.
  if (start.getMonth() !== month - 1) return undefined;
  return new Date(year, month - 1, date + later);
}
