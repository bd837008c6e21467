import { caller, eventually, holdPort, startTestService, temporaryFolder } from "@shop/platform/testing";
import { defineProviderService } from "./provider/provider-service.ts";
import type { Behaviour } from "./provider/simulator.ts";
import { killSpawned, spawnService } from "./testing/spawn-service.ts";
import { capturedIn, countByStatus, newOrder, startPayment, total } from "./testing/start-payment.ts";

// Processes that start one after the other take their time on a busy machine.
import.meta.jest.setTimeout(60_000);

let payment: Awaited<ReturnType<typeof startPayment>>;
afterEach(async () => {
  await payment.stop();
  killSpawned();
});

test("the payment service is killed in mid-charge: started again it ends each charge, once", async () => {
  let behaviour: Behaviour = "answer";
  const provider = await startTestService(defineProviderService(() => behaviour));
  payment = await startPayment({ PROVIDER_URL: provider.url });
  const { orders } = payment;
  const dataDir = temporaryFolder();
  const service = await spawnService("main.ts", {
    DATA_DIR: dataDir,
    ORDER_URL: orders.url,
    PROVIDER_URL: provider.url,
  });
  const call = caller(service.url);
  const charged = newOrder();
  expect((await call("POST", `/pay?order_id=${charged}&amount=${total}`)).status).toBe(200);
  behaviour = "hang";
  const broken = Array.from({ length: 10 }, newOrder);
  const asked = broken.map((order) => call("POST", `/pay?order_id=${order}&amount=${total}`).catch(() => "cut"));
  await eventually(async () => (await countByStatus(call)).CHARGING === 10);
  await service.kill();
  expect(await Promise.all(asked)).toEqual(Array(10).fill("cut"));

  behaviour = "answer";
  const again = await spawnService("main.ts", { DATA_DIR: dataDir, ORDER_URL: orders.url, PROVIDER_URL: provider.url });
  await eventually(() => broken.every((order) => payment.paidBy.has(order)));
  expect(await countByStatus(caller(again.url))).toEqual({ SUCCEEDED: 11 });
  await again.kill();
  await provider.stop();
  const captured = await capturedIn(provider.dataDir);
  expect(captured.map(({ order_id }) => order_id).sort()).toEqual([charged, ...broken].sort());
});

test("the provider is killed again and again in mid-charge: each payment ends, charged once", async () => {
  const dataDir = temporaryFolder();
  const { port, letGo } = await holdPort();
  const env = { DATA_DIR: dataDir, PORT: String(port) };
  let provider = await spawnService("provider-main.ts", env);
  payment = await startPayment({ PROVIDER_URL: provider.url, REQUEST_TIMEOUT_MS: "2000" });
  const orders: string[] = [];
  const answers: number[] = [];
  // Until a kill has met a charge, which it may miss.
  for (let round = 0; round < 3 || !answers.includes(202); round += 1) {
    let answered = 0;
    const ofRound = Array.from({ length: 20 }, newOrder);
    orders.push(...ofRound);
    const some = ofRound.map(async (order) => {
      const answer = await payment.pay(order);
      answered += 1;
      return answer;
    });
    await eventually(async () => ((await countByStatus(payment.call)).CHARGING ?? 0) > 0 || answered === 20);
    await provider.kill();
    answers.push(...(await Promise.all(some)).map(({ status }) => status));
    provider = await spawnService("provider-main.ts", env);
  }
  expect(answers.filter((status) => status !== 200 && status !== 202)).toEqual([]);
  await eventually(async () => {
    await payment.reconcile();
    return orders.every((order) => payment.paidBy.has(order));
  });
  expect(await countByStatus(payment.call)).toEqual({ SUCCEEDED: orders.length });
  await provider.kill();
  letGo();
  const captured = await capturedIn(dataDir);
  expect(captured.map(({ order_id }) => order_id).sort()).toEqual(orders.toSorted());
});
