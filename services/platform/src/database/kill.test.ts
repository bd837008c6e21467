import { join } from "node:path";
import { openTestDatabase } from "../testing/open-test-database.ts";
import { queryFile } from "../testing/query-file.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { startWriter, writerMigrations } from "../testing/writer-process.ts";

test("kill -9 under load, again and again: the file is whole each time and holds all that was acknowledged", async () => {
  const file = join(temporaryFolder(), "rows.db");
  const acknowledged: number[] = [];
  for (let kills = 1; kills <= 5; kills++) {
    const writer = await startWriter(file, 8);
    // At another place of the log each time; past a thousand pages it is merged while it is written.
    await writer.rows(kills * 170);
    await writer.kill();
    acknowledged.push(...writer.acknowledged);
    expect(await queryFile(file, "PRAGMA quick_check")).toEqual([{ quick_check: "ok" }]);
    const ids = (await queryFile<{ id: number }>(file, "SELECT id FROM rows ORDER BY id")).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(acknowledged.filter((id) => id > ids.length)).toEqual([]);
  }
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  const database = await openTestDatabase(writerMigrations, file);
  const [check] = await database.read.raw("PRAGMA integrity_check");
  await database.close();
  expect(check).toEqual({ integrity_check: "ok" });
});
