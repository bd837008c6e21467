import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createMetrics } from "../metrics.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { measureFreeSpace } from "./free-space.ts";

test("of a disk that does not answer nothing is said: 0 would be a full one", async () => {
  const { registry } = createMetrics("test", "0");
  const folder = join(temporaryFolder(), "data");
  measureFreeSpace({ registry }, join(folder, "orders.db"));
  const published = async () => (await registry.metrics()).match(/^database_(free|disk)_bytes \d+$/gm);

  expect(await published()).toBeNull();
  mkdirSync(folder);
  expect(await published()).toEqual([
    expect.stringMatching(/^database_free_bytes [1-9]/),
    expect.stringMatching(/^database_disk_bytes [1-9]/),
  ]);
});
