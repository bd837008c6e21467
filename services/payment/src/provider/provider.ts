import { giveUpAt, type MinorUnits, type RequestContext } from "@shop/platform";

/** A definitive answer. Anything else that happens is a ProviderUnavailable, and then nobody knows. */
export type ProviderResult =
  | { readonly outcome: "succeeded"; readonly reference: string }
  | { readonly outcome: "declined"; readonly code: string; readonly detail: string };

export interface ChargeRequest {
  /** The payment's id: the same id is the same charge, however often it is sent. */
  readonly id: string;
  readonly amount: MinorUnits;
  readonly currency: string;
  /** What the charge is for: kept by the provider, so that its books alone tell which order was paid. */
  readonly order_id: string;
}

export interface RefundRequest {
  /** The refund's id: the same id is the same refund. */
  readonly id: string;
  /** The charge that it gives back from. */
  readonly payment_id: string;
  readonly amount: MinorUnits;
}

export interface ListedCharge extends Omit<ChargeRequest, "order_id"> {
  /** Null for a charge that was made without it. */
  readonly order_id: string | null;
  readonly result: ProviderResult;
  /** What was given back of it so far. */
  readonly refunded: MinorUnits;
  readonly created_at: number;
}

/** Which charges to list, oldest first: those since a time (milliseconds since the epoch), on from a charge of that time. */
export interface ListFrom {
  readonly since: number;
  /** Of the charges made at `since` itself, only those with a greater id. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * Who moves the money. Deadlines are on the clock of `performance.now()`. Every method may throw ProviderUnavailable;
 * after one, only `find` or the same request again tells what happened.
 */
export interface Provider {
  charge(request: ChargeRequest, deadline: number): Promise<ProviderResult>;
  /** The result of a charge; undefined when the provider never took it. */
  find(id: string, deadline: number): Promise<ProviderResult | undefined>;
  /**
   * The last word on a charge: one that the provider never took will never be made, also when its request is still on
   * the way (declined, `cancelled`); else what stands there already.
   */
  cancel(request: ChargeRequest, deadline: number): Promise<ProviderResult>;
  refund(request: RefundRequest, deadline: number): Promise<ProviderResult>;
  findRefund(id: string, deadline: number): Promise<ProviderResult | undefined>;
  /** Charges with their results, oldest first. */
  list(from: ListFrom, deadline: number): Promise<readonly ListedCharge[]>;
}

/** The code of a charge that was cancelled before it was made. */
export const cancelled = "cancelled";

/** No definitive answer: the money may or may not have moved. */
export class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable";
}

/**
 * Holds any provider to the interface: no call outlives its deadline, and whatever goes wrong is a ProviderUnavailable,
 * because an error on the way says nothing about the money.
 */
export function bounded(provider: Provider): Provider {
  return {
    charge: (request, deadline) => within(deadline, () => provider.charge(request, deadline)),
    find: (id, deadline) => within(deadline, () => provider.find(id, deadline)),
    cancel: (request, deadline) => within(deadline, () => provider.cancel(request, deadline)),
    refund: (request, deadline) => within(deadline, () => provider.refund(request, deadline)),
    findRefund: (id, deadline) => within(deadline, () => provider.findRefund(id, deadline)),
    list: (from, deadline) => within(deadline, () => provider.list(from, deadline)),
  };
}

/** The provider's answer, or undefined when it gave none: only it can say later what happened. */
export async function definitive(
  asked: Promise<ProviderResult>,
  context: RequestContext,
): Promise<ProviderResult | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    context.log.error({ err: error }, "the provider gave no answer: whether money moved is not known");
    return undefined;
  }
}

async function within<T>(deadline: number, ask: () => Promise<T>): Promise<T> {
  // The caller still has to record the outcome and to answer when the provider kept it waiting.
  const patienceMs = giveUpAt(deadline) - performance.now();
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
