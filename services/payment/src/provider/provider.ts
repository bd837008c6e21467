import type { MinorUnits } from "@shop/platform";

/** A definitive answer. Anything else that happens is a ProviderUnavailable, and then nobody knows. */
export type ProviderResult =
  | { readonly outcome: "succeeded"; readonly reference: string }
  | { readonly outcome: "declined"; readonly code: string; readonly detail: string };

export interface ChargeRequest {
  /** The payment's id: the same id is the same charge, however often it is sent. */
  readonly id: string;
  readonly amount: MinorUnits;
  readonly currency: string;
}

export interface RefundRequest {
  /** The refund's id: the same id is the same refund. */
  readonly id: string;
  /** The charge that it gives back from. */
  readonly payment_id: string;
  readonly amount: MinorUnits;
}

export interface ListedCharge extends ChargeRequest {
  readonly result: ProviderResult;
  readonly created_at: number;
}

/**
 * Who moves the money. Deadlines are on the clock of `performance.now()`. Every method may throw ProviderUnavailable;
 * after one, only `find` or the same request again tells what happened.
 */
export interface Provider {
  charge(request: ChargeRequest, deadline: number): Promise<ProviderResult>;
  /** The result of a charge; undefined when the provider never took it. */
  find(id: string, deadline: number): Promise<ProviderResult | undefined>;
  refund(request: RefundRequest, deadline: number): Promise<ProviderResult>;
  findRefund(id: string, deadline: number): Promise<ProviderResult | undefined>;
  /** All charges taken since then (milliseconds since the epoch), oldest first. */
  list(since: number, deadline: number): Promise<readonly ListedCharge[]>;
}

/** No definitive answer: the money may or may not have moved. */
export class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable";
}

/** The caller still has to record the outcome and to answer when the provider kept it waiting. */
const keptBackMs = 150;

/**
 * Holds any provider to the interface: no call outlives its deadline, and whatever goes wrong is a ProviderUnavailable,
 * because an error on the way says nothing about the money.
 */
export function bounded(provider: Provider): Provider {
  return {
    charge: (request, deadline) => within(deadline, () => provider.charge(request, deadline)),
    find: (id, deadline) => within(deadline, () => provider.find(id, deadline)),
    refund: (request, deadline) => within(deadline, () => provider.refund(request, deadline)),
    findRefund: (id, deadline) => within(deadline, () => provider.findRefund(id, deadline)),
    list: (since, deadline) => within(deadline, () => provider.list(since, deadline)),
  };
}

async function within<T>(deadline: number, ask: () => Promise<T>): Promise<T> {
  const left = deadline - performance.now();
  const patienceMs = left - Math.min(keptBackMs, left * 0.2);
  if (patienceMs <= 0) throw new ProviderUnavailable("There was no time left to ask the provider.");
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new ProviderUnavailable("The provider did not answer in time."));
    timer = setTimeout(giveUp, patienceMs);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw error;
    throw new ProviderUnavailable("Asking the provider failed.", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
