import { formatMoney } from "../format/money.ts";
import { formatAgo, formatTime } from "../format/time.ts";

export const Money = ({ amount, currency }: { amount: number; currency: string }) => (
  <span class="money">{formatMoney(amount, currency)}</span>
);

/** A time as it is read; how long ago stands in its title. */
export const When = ({ at }: { at: string }) => (
  <time dateTime={at} title={formatAgo(at)}>
    {formatTime(at)}
  </time>
);

/** The end of an id, which tells UUIDv7s of one hour apart; the whole is in its title. */
export const ShortId = ({ id }: { id: string }) => (
  <code class="short-id" title={id}>
    …{id.slice(-8)}
  </code>
);
