import { v7 } from "uuid";
import type { Ledger } from "./ledger.ts";
import { type ChargeRequest, cancelled, type Provider, type ProviderResult } from "./provider.ts";

/** How a test makes the provider behave. "fail-before": an error and no money moved; "fail-after": an error although it did. */
export type Behaviour = "answer" | "decline" | "hang" | "fail-before" | "fail-after";
export type Operation = "charge" | "find" | "cancel" | "refund" | "findRefund" | "list";
export type Simulate = (operation: Operation) => Behaviour | Promise<Behaviour>;

const declined: ProviderResult = { outcome: "declined", code: "card-declined", detail: "The card was declined." };
const tooMuch: ProviderResult = {
  outcome: "declined",
  code: "limit-exceeded",
  detail: "The amount is above the limit.",
};
const tombstone: ProviderResult = {
  outcome: "declined",
  code: cancelled,
  detail: "The charge was cancelled before it was made.",
};

/**
 * A provider that takes no money but keeps books as if it did, so that what a crash leaves behind can be found again.
 * `declines` says which charges it refuses.
 */
export function createSimulator(options: {
  ledger: Ledger;
  declines: (charge: ChargeRequest) => boolean;
  simulate?: Simulate;
}): Provider {
  const { ledger, declines, simulate = () => "answer" } = options;

  const succeeded = (): ProviderResult => ({ outcome: "succeeded", reference: `sim_${v7()}` });

  async function perform<T>(behaviour: Behaviour, act: () => Promise<T>): Promise<T> {
    if (behaviour === "hang") return new Promise<never>(() => {});
    if (behaviour === "fail-before") throw new Error("The connection broke before the request was read.");
    const result = await act();
    if (behaviour === "fail-after") throw new Error("The connection broke before the answer was sent.");
    return result;
  }

  return {
    async charge(request) {
      const behaviour = await simulate("charge");
      const result = behaviour === "decline" ? declined : declines(request) ? tooMuch : succeeded();
      return perform(behaviour, () => ledger.enterCharge({ request, result }));
    },
    // The tombstone is a charge that was declined: whichever of the two comes first under the id stands.
    cancel: async (request) =>
      perform(await simulate("cancel"), () => ledger.enterCharge({ request, result: tombstone })),
    async refund(request) {
      const behaviour = await simulate("refund");
      const result = behaviour === "decline" ? declined : succeeded();
      return perform(behaviour, () => ledger.enterRefund({ request, result }));
    },
    find: async (id) => perform(await simulate("find"), () => ledger.findCharge(id)),
    findRefund: async (id) => perform(await simulate("findRefund"), () => ledger.findRefund(id)),
    list: async (from) => perform(await simulate("list"), () => ledger.list(from)),
  };
}
