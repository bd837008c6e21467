import { isUniqueViolation, notFound, Problem } from "@shop/platform";
import type { CatalogStore } from "./catalog-store.ts";
import { available, insufficientStock, madeSku, type Product, type ProductEdit } from "./product.ts";
import type { NewProduct } from "./product-store.ts";

export type ProductManagement = ReturnType<typeof createProductManagement>;

/** What staff do to products. `changed` is told after COMMIT, in the order of the commits. */
export function createProductManagement(store: CatalogStore, changed: (productIds: readonly number[]) => void) {
  const committed = (product: Product) => changed([product.id]);

  return {
    /** Throws 409 `sku-taken`. */
    create(product: Omit<NewProduct, "sku"> & { readonly sku?: string }, deadline: number): Promise<Product> {
      const complete = { ...product, sku: product.sku ?? madeSku() };
      const work = store.inTransaction(({ products }) => products.insert(complete, Date.now()), {
        deadline,
        committed,
      });
      return work.catch(refuseTakenSku);
    },
    /** Throws 404, 409 `sku-taken`, or 412 when the product is at none of these versions. */
    edit(id: number, versions: readonly number[] | "any", edit: ProductEdit, deadline: number): Promise<Product> {
      const work = store.inTransaction(
        async ({ products }) => {
          const edited = await products.edit(id, versions, edit, Date.now());
          if (edited) return edited;
          const [current] = await products.byIds([id]);
          if (!current) throw notFound("product");
          throw new Problem(412, "precondition-failed", "The product was edited since. Read it again, then repeat.", {
            version: current.version,
          });
        },
        { deadline, committed },
      );
      return work.catch(refuseTakenSku);
    },
    /** Adds `delta` to the stock. Throws 404, or 409 `insufficient-stock` when less than what is reserved would be left. */
    adjustStock(id: number, delta: number, reason: string, deadline: number): Promise<Product> {
      return store.inTransaction(
        async ({ products }) => {
          const adjusted = await products.adjust(id, delta, reason, Date.now());
          if (adjusted) return adjusted;
          const [current] = await products.byIds([id]);
          if (!current) throw notFound("product");
          throw insufficientStock([{ product_id: id, requested: -delta, available: available(current) }]);
        },
        { deadline, committed },
      );
    },
  };
}

function refuseTakenSku(error: unknown): never {
  if (isUniqueViolation(error)) throw new Problem(409, "sku-taken", "Another product has this SKU. Choose another.");
  throw error;
}
