import joi from "joi";
import { createMetrics } from "../metrics.ts";
import type { ServiceDefinition } from "../service.ts";
import { eventually } from "../testing/eventually.ts";
import { startFakePeer } from "../testing/fake-peer.ts";
import { arrived, messages, post } from "../testing/outbox-setup.ts";
import { startTestService } from "../testing/start.ts";
import { createOutbox } from "./outbox.ts";

test("a service's outbox relays from readiness on, is seen in /stats and /metrics, and ends with the service", async () => {
  const receiver = await startFakePeer();
  receiver.on("POST", "/order", { status: 200 });
  const definition: ServiceDefinition<object> = {
    name: "teller",
    port: 8098,
    databaseName: "teller",
    config: joi.object({}),
    callers: {},
    migrations: [],
    async wire({ database, log, metrics }) {
      const destinations = { order: { timeoutMs: 1000, deliver: post(receiver) } };
      const before = createOutbox({ database, log, metrics: createMetrics("before", "0"), destinations });
      await database.write((trx) => before.append(trx, messages("left", 1, 2)));
      return { routes: [], outbox: createOutbox({ database, log, metrics, destinations }) };
    },
  };
  const service = await startTestService(definition);
  await receiver.waitForRequests(2);
  const figures = await eventually(async () => {
    const { body } = await service.call("GET", "/stats");
    return body.outbox.waiting === 0 && body.outbox;
  });
  const { text } = await service.call("GET", "/metrics");
  await service.stop();
  expect(figures).toMatchObject({ dead: 0, oldest_age_s: 0, by_destination: { order: { waiting: 0 } } });
  expect(text).toMatch(/^outbox_rows\{state="DEAD"\} 0$/m);
  expect(text).toMatch(/^outbox_oldest_age_seconds 0$/m);
  expect(text).toMatch(/^outbox_attempts_total\{outcome="delivered"\} 2$/m);
  expect(arrived(receiver)).toEqual(["left1", "left2"]);
  await receiver.close();
});
