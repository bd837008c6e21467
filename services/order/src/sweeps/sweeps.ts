import type { Currency, Outbox, OutboxRow, Sweep } from "@shop/platform";
import type { CatalogClient } from "../catalog-client.ts";
import type { ChangeOrder } from "../change-order.ts";
import type { ConfirmHold } from "../confirm-hold.ts";
import type { OrderStore } from "../order-store.ts";
import type { PaymentClient } from "../payment-client.ts";
import type { SecureOrder } from "../secure-order.ts";
import { createCompareHolds } from "./compare-holds.ts";
import { createComparePayments } from "./compare-payments.ts";
import { createExpireOrders } from "./expire-orders.ts";
import { createPaymentWalk } from "./payment-walk.ts";
import { createRemind } from "./remind.ts";
import { createSettleHolds } from "./settle-holds.ts";
import { createSettleOrders } from "./settle-orders.ts";
import { createVerifyOrders } from "./verify-orders.ts";

/** What looks for orders that were left undone, in the order in which it runs: what one mends, a later one need not. */
export function createSweeps(deps: {
  store: OrderStore;
  outbox: Pick<Outbox, "append">;
  dispatch: (rows: readonly OutboxRow[]) => void;
  catalog: CatalogClient;
  payments: PaymentClient;
  change: ChangeOrder;
  secure: SecureOrder;
  confirmHold: ConfirmHold;
  unit: Currency;
  timeoutMs: number;
  /** Until payments that waited for this service have arrived. */
  sweepDelayS: number;
  /** Between the runs of a sweep whose times are not its own. */
  everyS: number;
}): readonly Sweep[] {
  const remind = createRemind(deps);
  const startAfterS = deps.sweepDelayS;
  const walk = createPaymentWalk();
  return [
    createComparePayments({ ...deps, walk, startAfterS }),
    createExpireOrders({ ...deps, walk, startAfterS }),
    createVerifyOrders(deps),
    createSettleHolds({ ...deps, remind }),
    createSettleOrders({ ...deps, remind }),
    createCompareHolds({ ...deps, startAfterS }),
  ];
}
