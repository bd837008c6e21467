import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new empty folder, inside the one that the test run removes at its end (jest's global set-up names it). */
export const temporaryFolder = (): string => mkdtempSync(join(process.env.SHOP_TEST_FOLDER ?? tmpdir(), "shop-test-"));
