import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@shop/platform/testing";
import { signIn, useShopInBrowser } from "./shop-in-browser.ts";

const folder = temporaryFolder();
const scopesFile = join(temporaryFolder(), "scopes.json");
const scopes = {
  services: ["*"],
  clerk: ["catalog:read", "orders:read"],
  operator: ["ops:read"],
  leaver: ["catalog:read", "orders:read"],
};
const keyOf = (caller: string) => `key-of-${caller}-0123456789`;
for (const caller of Object.keys(scopes)) writeFileSync(join(folder, caller), keyOf(caller));
writeFileSync(scopesFile, JSON.stringify(scopes));

const visiting = useShopInBrowser({
  API_KEY: "",
  API_KEYS_DIR: folder,
  API_SCOPES_FILE: scopesFile,
  PEER_API_KEY: keyOf("services"),
});

test("a key that is revoked in mid-session asks to sign in, says why, and leads back to where one was", async () => {
  const page = await visiting.signedIn("/products?sort=name", { key: keyOf("leaver") });
  await page.getByRole("link", { name: "Laptop" }).waitFor();
  rmSync(join(folder, "leaver"));
  await page.getByText("Your key is no longer accepted.").waitFor();
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(keyOf("leaver"));
  await signIn(page, keyOf("clerk"));
  await page.getByRole("heading", { level: 1, name: "Products" }).waitFor();
  await page.getByRole("link", { name: "Laptop" }).waitFor();
  expect(new URL(page.url()).search).toBe("?sort=name");
});

test.each([
  ["clerk", ["Shop", "Orders", "Products"]],
  ["operator", ["Operations"]],
  ["services", ["Shop", "Cart", "Orders", "Products", "Operations"]],
])("%s is offered what the key may do, and nothing else", async (caller, offered) => {
  const page = await visiting.signedIn("/products", { key: keyOf(caller) });
  const links = page.getByRole("navigation", { name: "Main" }).getByRole("link");
  await links.first().waitFor();
  expect(await links.allTextContents()).toEqual(offered);
});

test("who may only read is offered no change: not of products, not of what operators mend", async () => {
  const clerk = await visiting.signedIn("/products/1", { key: keyOf("clerk") });
  await clerk.getByRole("heading", { name: "Stock movements" }).waitFor();
  expect(await clerk.getByRole("button", { name: /Save|Adjust|Deactivate/ }).count()).toBe(0);
  const operator = await visiting.signedIn("/operations", { key: keyOf("operator") });
  await operator.getByRole("heading", { name: "Messages not delivered" }).waitFor();
  expect(await operator.getByRole("heading", { name: "Reconcile now" }).count()).toBe(0);
});
