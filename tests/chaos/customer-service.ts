import { type Asker, isYes } from "./ask.ts";
import type { Random } from "./random.ts";
import type { Entry, Trip } from "./records.ts";

/** What happens to an order that is paid: it is handed over, given back in part or whole, or somebody tries to cancel it. */
export async function afterwards(deps: {
  trip: Trip;
  order: Entry;
  payment: Entry;
  asker: Asker;
  random: Random;
}): Promise<void> {
  const { trip, order, payment, asker, random } = deps;
  let refunds = 0;

  const refund = (amount?: number): Promise<Entry> => {
    refunds += 1;
    const reason = `${trip.user} wants money back, ${refunds}`;
    return asker.insist(trip, {
      what: "refund",
      service: "payment",
      method: "POST",
      path: `/payments/${payment.id}/refunds`,
      body: { reason, ...(amount === undefined ? {} : { amount: amount / 100 }) },
      key: `refund-${trip.user}-${refunds}`,
      reason,
    });
  };
  const change = (to: "fulfil" | "cancel"): Promise<Entry> =>
    asker.insist(trip, {
      what: to,
      service: "order",
      method: "POST",
      path: `/orders/${order.id}/${to}`,
      ...(random.chance(0.7) ? { key: `${to}-paid-${trip.user}` } : {}),
    });

  const whim = random.next();
  if (whim < 0.25) return;
  if (whim < 0.35) return void (await change("cancel"));
  if (whim < 0.65) {
    const fulfilled = await change("fulfil");
    if (isYes(fulfilled) && random.chance(0.3)) await refund();
    return;
  }
  if (whim < 0.8) return void (await refund());
  // More than there is to give back, at once or one after the other.
  const part = Math.ceil((order.total ?? 0) * random.pick([0.3, 0.4, 0.6]));
  if (random.chance(0.5)) await Promise.all([refund(part), refund(part), refund(part)]);
  else for (let time = 0; time < 3; time += 1) await refund(part);
}
