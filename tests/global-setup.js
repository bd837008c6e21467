import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One folder for all files of this test run; the workers inherit its name. */
export default function makeFolder() {
  process.env.SHOP_TEST_FOLDER = mkdtempSync(join(tmpdir(), "shop-tests-"));
}
