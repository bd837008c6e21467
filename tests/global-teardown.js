import { rmSync } from "node:fs";

export default function removeFolder() {
  rmSync(process.env.SHOP_TEST_FOLDER, { recursive: true, force: true });
}
