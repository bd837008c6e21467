import { failOpen } from "./fail-open.ts";
import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { PeerUnavailable, type UnavailableReason } from "./peer-failure.ts";

test.each<[UnavailableReason, string]>([
  ["refused", "warn"],
  ["timeout", "warn"],
  ["failing", "warn"],
  ["garbage", "error"],
  ["unauthorized", "error"],
  ["breaker-open", "debug"],
  ["busy", "debug"],
])("work that goes on although a peer's answer was %s is counted, and logged as %s", async (reason, level) => {
  const lines: string[] = [];
  const log = createLogger("test", "trace", { write: (line) => void lines.push(line) });
  const metrics = createMetrics("test", "0");
  const error = new PeerUnavailable("catalog", "hold", { reason, detail: "503" });
  failOpen(metrics, { log }, error, "the order is not verified", { order_id: "7" });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      ...{ level, peer: "catalog", operation: "hold", reason, order_id: "7" },
      msg: "a peer gave no usable answer: the order is not verified",
    },
  ]);
  const { values } = await metrics.failOpen.get();
  expect(values).toMatchObject([{ labels: { peer: "catalog", operation: "hold" }, value: 1 }]);
});
