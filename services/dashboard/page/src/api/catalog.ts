import { type Answer, list, type Page, request } from "./client.ts";

export interface Product {
  readonly id: number;
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly price: number;
  readonly currency: string;
  readonly stock: number;
  readonly reserved: number;
  readonly available: number;
  readonly active: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}
export interface StockMovement {
  readonly id: number | string;
  readonly delta: number;
  readonly reason: string;
  readonly order_id: string | null;
  readonly created_at: string;
}
export interface ProductFilter {
  readonly q?: string | undefined;
  readonly active?: boolean | undefined;
  readonly in_stock?: boolean | undefined;
  readonly sort?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number;
}
export type NewProduct = Pick<Product, "name" | "description" | "price" | "stock" | "active"> & {
  readonly sku?: string;
};
export type ProductEdit = Partial<Pick<Product, "sku" | "name" | "description" | "price" | "active">>;

export const listProducts = (filter: ProductFilter, signal?: AbortSignal): Promise<Page<Product>> =>
  list("catalog", "/products", { query: { ...filter }, signal });

export const getProduct = async (id: number | string, signal?: AbortSignal): Promise<Product> =>
  (await request<Product>("catalog", "GET", `/products/${encodeURIComponent(id)}`, { signal })).body;

export const createProduct = (product: NewProduct, idempotencyKey: string): Promise<Answer<Product>> =>
  request("catalog", "POST", "/products", { body: product, idempotencyKey });

/** Refused with `precondition-failed` when somebody else has edited the product since `version`. */
export const editProduct = (id: number, version: number, edit: ProductEdit): Promise<Answer<Product>> =>
  request("catalog", "PATCH", `/products/${id}`, { body: edit, headers: { "If-Match": `"${version}.0"` } });

export const adjustStock = (
  id: number,
  adjustment: { delta: number; reason: string },
  idempotencyKey: string,
): Promise<Answer<Product>> =>
  request("catalog", "POST", `/products/${id}/stock-adjustments`, { body: adjustment, idempotencyKey });

export const listMovements = (
  id: number | string,
  cursor?: string,
  signal?: AbortSignal,
): Promise<Page<StockMovement>> =>
  list("catalog", `/products/${encodeURIComponent(id)}/stock-movements`, { query: { limit: 20, cursor }, signal });
