import { join } from "node:path";
import { beforeDeadline, openTestDatabase, temporaryFolder } from "@shop/platform/testing";
import { v7 } from "uuid";
import { createLedger, ledgerMigrations } from "./ledger.ts";
import { bounded, type Provider } from "./provider.ts";
import { createSimulator, type Simulate } from "./simulator.ts";

const soon = () => performance.now() + 5000;
const charge = (amount = 1000) => ({ id: v7(), amount, currency: "USD", order_id: v7() });

async function withProvider(
  test: (provider: Provider) => Promise<void>,
  { file = join(temporaryFolder(), "provider.db"), simulate }: { file?: string; simulate?: Simulate } = {},
): Promise<void> {
  const database = await openTestDatabase(ledgerMigrations, file);
  const declines = ({ amount }: { amount: number }) => amount > 5000;
  const ledger = createLedger(database);
  try {
    await test(bounded(createSimulator({ ledger, declines, ...(simulate ? { simulate } : {}) })));
  } finally {
    await database.close();
  }
}

test("the same id is the same charge, also when it is sent twice at once, and after a restart", async () => {
  const file = join(temporaryFolder(), "provider.db");
  const request = charge();
  let first: unknown;
  await withProvider(
    async (provider) => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => provider.charge(request, soon())));
      [first] = answers;
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    },
    { file },
  );
  await withProvider(
    async (provider) => {
      expect(await provider.charge(request, soon())).toEqual(first);
      expect(await provider.find(request.id, soon())).toEqual(first);
      expect(await provider.list({ since: 0 }, soon())).toMatchObject([{ ...request, result: first, refunded: 0 }]);
    },
    { file },
  );
});

test("another amount under a known id is refused, and does not spoil its neighbours", () =>
  withProvider(async (provider) => {
    const request = charge();
    await provider.charge(request, soon());
    const [bad, good] = await Promise.allSettled([
      provider.charge({ ...request, amount: 999 }, soon()),
      provider.charge(charge(), soon()),
    ]);
    expect(bad).toMatchObject({ status: "rejected", reason: { name: "ProviderUnavailable" } });
    expect(good).toMatchObject({ value: { outcome: "succeeded" } });
  }));

test("a decline is remembered like a charge, and gives nothing back", () =>
  withProvider(async (provider) => {
    const request = charge(5001);
    const answer = await provider.charge(request, soon());
    expect(answer).toMatchObject({ outcome: "declined", code: "limit-exceeded" });
    expect(await provider.find(request.id, soon())).toEqual(answer);
    const refund = { id: v7(), payment_id: request.id, amount: 1 };
    expect(await provider.refund(refund, soon())).toMatchObject({ outcome: "declined", code: "exceeds-charge" });
  }));

test("refunds are repeatable under their id and together never exceed the charge", () =>
  withProvider(async (provider) => {
    const { id: payment_id } = await provider.charge(charge(1000), soon()).then(() => charge());
    expect(await provider.refund({ id: v7(), payment_id, amount: 1 }, soon())).toMatchObject({ outcome: "declined" });

    const request = charge(1000);
    await provider.charge(request, soon());
    const refunds = Array.from({ length: 8 }, () => ({ id: v7(), payment_id: request.id, amount: 300 }));
    const answers = await Promise.all(refunds.map((refund) => provider.refund(refund, soon())));
    expect(answers.filter(({ outcome }) => outcome === "succeeded")).toHaveLength(3);
    for (const [index, refund] of refunds.entries()) {
      expect(await provider.refund(refund, soon())).toEqual(answers[index]);
      expect(await provider.findRefund(refund.id, soon())).toEqual(answers[index]);
    }
  }));

test("a charge that was cancelled before it came is never made; one that was made stays", () =>
  withProvider(async (provider) => {
    const [never, made] = [charge(), charge()];
    const tombstone = { outcome: "declined", code: "cancelled" };
    expect(await provider.cancel(never, soon())).toMatchObject(tombstone);
    expect(await provider.charge(never, soon())).toMatchObject(tombstone);
    const answer = await provider.charge(made, soon());
    expect(await provider.cancel(made, soon())).toEqual(answer);

    const racing = Array.from({ length: 20 }, () => charge());
    for (const request of racing) {
      const [word, result] = await Promise.all([provider.cancel(request, soon()), provider.charge(request, soon())]);
      expect(word).toEqual(result);
    }
  }));

test("the books are listed page by page, with what was given back", () =>
  withProvider(async (provider) => {
    const requests = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const request = charge();
        await provider.charge(request, soon());
        return request;
      }),
    );
    const [first] = requests;
    await provider.refund({ id: v7(), payment_id: first?.id ?? "", amount: 400 }, soon());
    const all = await provider.list({ since: 0 }, soon());
    expect(all.map(({ id }) => id).sort()).toEqual(requests.map(({ id }) => id).sort());
    expect(all.find(({ id }) => id === first?.id)).toMatchObject({ refunded: 400 });
    const paged: unknown[] = [];
    let from = { since: 0, after: "" };
    for (;;) {
      const page = await provider.list({ ...from, limit: 2 }, soon());
      paged.push(...page);
      const last = page.at(-1);
      if (!last) break;
      from = { since: last.created_at, after: last.id };
    }
    expect(paged).toEqual(all);
  }));

test("what the provider never took is not found", () =>
  withProvider(async (provider) => {
    expect(await provider.find(v7(), soon())).toBeUndefined();
    expect(await provider.findRefund(v7(), soon())).toBeUndefined();
  }));

test.each(["hang", "fail-before", "fail-after"] as const)("a provider that does %s is unavailable in time", (fault) =>
  withProvider(
    async (provider) => {
      const deadline = performance.now() + 800;
      const charged = beforeDeadline({ deadline }, provider.charge(charge(), deadline));
      await expect(charged).rejects.toMatchObject({ name: "ProviderUnavailable" });
    },
    { simulate: () => fault },
  ),
);

test("a charge is not begun when there is no time left for its answer", () =>
  withProvider(async (provider) => {
    const request = charge();
    await expect(provider.charge(request, performance.now())).rejects.toMatchObject({ name: "ProviderUnavailable" });
    expect(await provider.find(request.id, soon())).toBeUndefined();
  }));
