import "../services/dashboard/page/src/testing/storage.ts";
import { allowed } from "@shop/dashboard";
import * as cart from "../services/dashboard/page/src/api/cart.ts";
import * as catalog from "../services/dashboard/page/src/api/catalog.ts";
import * as operations from "../services/dashboard/page/src/api/operations.ts";
import * as order from "../services/dashboard/page/src/api/order.ts";
import * as payment from "../services/dashboard/page/src/api/payment.ts";
import { signIn } from "../services/dashboard/page/src/session/sign-in.ts";

// The door lets through what the page asks for, and nothing else: every function by which the page asks is called once.

const asked = new Set<string>();
globalThis.fetch = async (input, init) => {
  const { pathname } = new URL(String(input), "http://page");
  asked.add(`${init?.method} ${pathname.replace("/api/", "")}`);
  return new Response("[]", { headers: { "content-type": "application/json" } });
};

type Ask = (...values: unknown[]) => unknown;
/** An id where one is wanted, a signal where one is. */
const any = Object.assign(new AbortController().signal, { toString: () => "ID" });
/** Functions that ask, with values that make an address: the first of some is a service, of the others an id. */
const modules: readonly (readonly [functions: object, first: readonly string[]])[] = [
  [catalog, ["ID"]],
  [cart, ["ID"]],
  [order, ["ID"]],
  [payment, ["ID"]],
  [operations, ["catalog", "cart", "order", "payment"]],
];

test("the table of the door is what the page asks", async () => {
  await signIn("a-key").catch(() => {});
  for (const [functions, firsts] of modules)
    for (const ask of Object.values(functions) as Ask[])
      for (const first of typeof ask === "function" ? firsts : []) await ask(first, any, any, any);
  const table = Object.entries(allowed).flatMap(([service, rows]) =>
    rows.map(([method, path]) => `${method} ${service}${path.replaceAll(/:\w+/g, "ID")}`),
  );
  // What has a service for its id is another function's: its own id is in the same place for one of the services.
  const paths = [...asked].map((each) => each.replace(/(webhooks|outbox)\/(catalog|cart|order|payment)\b/, "$1/ID"));
  const elsewhere = /^(GET|POST) (catalog|cart)\/outbox/;
  expect([...new Set(paths)].filter((each) => !elsewhere.test(each)).sort()).toEqual(table.sort());
});
