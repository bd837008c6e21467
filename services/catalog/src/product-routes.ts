import {
  type Answer,
  type Currency,
  decodeCursor,
  notFound,
  numericPathId,
  ok,
  page,
  type Route,
  route,
} from "@shop/platform";
import joi from "joi";
import type { CatalogStore } from "./catalog-store.ts";
import type { ProductManagement } from "./manage-products.ts";
import { etagOf, matchesNone, type Product, versionsIn } from "./product.ts";
import { cursorKinds } from "./product-listing.ts";
import {
  ifMatchHeader,
  ifNoneMatchHeader,
  movementSchema,
  movementsQuery,
  newProductBody,
  type ProductsQuery,
  presentMovement,
  presentProduct,
  productEditBody,
  productSchema,
  productsQuery,
  stockAdjustmentBody,
} from "./product-schemas.ts";
import type { ProductViews } from "./product-views.ts";

const params = joi.object<{ product_id: number }>({ product_id: numericPathId("product") });

export function productRoutes(deps: {
  readonly store: CatalogStore;
  readonly views: ProductViews;
  readonly management: ProductManagement;
  readonly unit: Currency;
}): Route[] {
  const { store, views, management, unit } = deps;
  const present = presentProduct(unit);
  const presentCreated = (product: Product): Answer => ({
    status: 201,
    body: present(product),
    headers: { Location: `/products/${product.id}`, ETag: etagOf(product) },
  });
  const presentWithEtag = (product: Product): Answer => ok(present(product), { ETag: etagOf(product) });

  async function listProducts(query: ProductsQuery): Promise<Answer> {
    const { cursor, limit, ...filter } = query;
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, cursorKinds(query.sort)) };
    const found = await store.products.list({ ...filter, ...after, limit: limit + 1 });
    const column = query.sort.replace("-", "") as "id" | "name" | "price";
    return page("/products", { ...query, ...onTheWire(query) }, found, {
      position: (product) => (column === "id" ? [product.id] : [product[column], product.id]),
      present,
    });
  }

  /** The prices of the query as they came, for the link to the next page. */
  const onTheWire = (query: ProductsQuery) => ({
    ...(query.min_price === undefined ? {} : { min_price: unit.toWire(query.min_price) }),
    ...(query.max_price === undefined ? {} : { max_price: unit.toWire(query.max_price) }),
  });

  return [
    route({
      method: "GET",
      path: "/products",
      operation: "list-products",
      summary: "The products, filtered and sorted, a page at a time",
      scope: "catalog:read",
      query: productsQuery(unit),
      answers: { 200: joi.array().items(productSchema) },
      handle: async ({ query }) => {
        const ids = onlyIds(query);
        if (!ids) return views.list(JSON.stringify(query), () => listProducts(query));
        const found = await views.byIds(ids);
        return { status: 200, json: `[${found.map((view) => view.json).join(",")}]` };
      },
    }),
    route({
      method: "POST",
      path: "/products",
      operation: "create-product",
      summary: "Adds a product; a SKU is made when none is given",
      scope: "catalog:write",
      body: newProductBody(unit),
      answers: { 201: productSchema },
      problems: { 409: ["sku-taken"] },
      handle: ({ body, context }) => management.create(body, context, presentCreated),
    }),
    route({
      method: "GET",
      path: "/products/:product_id",
      operation: "get-product",
      summary: "One product, with an ETag that changes with every edit and every change of stock",
      scope: "catalog:read",
      params,
      headers: ifNoneMatchHeader,
      answers: { 200: productSchema, 304: undefined },
      handle: async ({ params: { product_id: id }, headers }) => {
        const view = await views.byId(id);
        if (!view) throw notFound("product");
        const answer = { headers: { ETag: view.etag } };
        if (matchesNone(headers["if-none-match"], view.etag)) return { ...answer, status: 304 };
        return { ...answer, status: 200, json: view.json };
      },
    }),
    route({
      method: "PATCH",
      path: "/products/:product_id",
      operation: "edit-product",
      summary: "Changes fields of a product, if it was not edited since it was read",
      scope: "catalog:write",
      params,
      headers: ifMatchHeader,
      body: productEditBody(unit),
      answers: { 200: productSchema },
      problems: { 409: ["sku-taken"], 412: ["precondition-failed"], 428: ["precondition-required"] },
      handle: ({ params: { product_id: id }, body, headers, context }) =>
        management.edit(id, versionsIn(headers["if-match"]), body, context, presentWithEtag),
    }),
    route({
      method: "DELETE",
      path: "/products/:product_id",
      operation: "deactivate-product",
      summary: "Takes a product out of sale; it stays readable, because orders name it",
      scope: "catalog:write",
      params,
      headers: ifMatchHeader,
      answers: { 200: productSchema },
      problems: { 412: ["precondition-failed"], 428: ["precondition-required"] },
      handle: ({ params: { product_id: id }, headers, context }) => {
        const versions = versionsIn(headers["if-match"]);
        return management.edit(id, versions, { active: false }, context, presentWithEtag);
      },
    }),
    route({
      method: "POST",
      path: "/products/:product_id/stock-adjustments",
      operation: "adjust-stock",
      summary: "Adds to the stock or takes from it, never below what is reserved",
      scope: "catalog:write",
      params,
      body: stockAdjustmentBody,
      answers: { 200: productSchema },
      problems: { 409: ["insufficient-stock"] },
      handle: ({ params: { product_id: id }, body, context }) =>
        management.adjustStock(id, body.delta, body.reason, context, presentWithEtag),
    }),
    route({
      method: "GET",
      path: "/products/:product_id/stock-movements",
      operation: "list-stock-movements",
      summary: "Every change of a product's stock, newest first; they sum up to it",
      scope: "catalog:read",
      params,
      query: movementsQuery,
      answers: { 200: joi.array().items(movementSchema) },
      handle: async ({ params: { product_id: id }, query }) => {
        if (!(await views.byId(id))) throw notFound("product");
        const [before = Number.MAX_SAFE_INTEGER] = query.cursor ? decodeCursor(query.cursor, ["number"]) : [];
        const movements = await store.products.movements(id, Number(before), query.limit + 1);
        return page(`/products/${id}/stock-movements`, { ...query }, movements, {
          position: (movement) => [movement.id],
          present: presentMovement,
        });
      },
    }),
  ];
}

/** The ids when the query asks for nothing else, as other services do all the time; they are served from memory. */
function onlyIds({ ids, sort, limit, ...rest }: ProductsQuery): readonly number[] | undefined {
  const plain = sort === "id" && Object.keys(rest).length === 0;
  return ids && plain && ids.length <= limit ? ids : undefined;
}
