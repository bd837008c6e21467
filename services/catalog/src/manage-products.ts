import { type Answer, isUniqueViolation, notFound, Problem, type RequestContext } from "@shop/platform";
import type { CatalogStore, Tables } from "./catalog-store.ts";
import { available, insufficientStock, madeSku, type Product, type ProductEdit } from "./product.ts";
import type { NewProduct } from "./product-store.ts";

export type ProductManagement = ReturnType<typeof createProductManagement>;

type Asked = Pick<RequestContext, "deadline" | "claim">;
type Reply = (product: Product) => Answer;

/**
 * What staff do to products. Each answers with what `reply` makes of the product, which is kept in the same unit of work
 * for repetitions under the request's claim. `changed` is told after COMMIT, in the order of the commits.
 */
export function createProductManagement(store: CatalogStore, changed: (productIds: readonly number[]) => void) {
  async function answered(asked: Asked, reply: Reply, work: (tables: Tables) => Promise<Product>): Promise<Answer> {
    const { claim, deadline } = asked;
    const { answer } = await store.inTransaction(
      async (tables) => {
        const product = await work(tables);
        const answer = reply(product);
        if (claim) await tables.keepAnswers([{ claim, answer }]);
        return { product, answer };
      },
      { deadline, committed: ({ product }) => changed([product.id]) },
    );
    return answer;
  }

  return {
    /** Throws 409 `sku-taken`. */
    create(product: Omit<NewProduct, "sku"> & { readonly sku?: string }, asked: Asked, reply: Reply): Promise<Answer> {
      const complete = { ...product, sku: product.sku ?? madeSku() };
      const work = answered(asked, reply, ({ products }) => products.insert(complete, Date.now()));
      return work.catch(refuseTakenSku);
    },
    /** Throws 404, 409 `sku-taken`, or 412 when the product is at none of these versions. */
    edit(
      id: number,
      versions: readonly number[] | "any",
      edit: ProductEdit,
      asked: Asked,
      reply: Reply,
    ): Promise<Answer> {
      const work = answered(asked, reply, async ({ products }) => {
        const edited = await products.edit(id, versions, edit, Date.now());
        if (edited) return edited;
        const [current] = await products.byIds([id]);
        if (!current) throw notFound("product");
        throw new Problem(412, "precondition-failed", "The product was edited since. Read it again, then repeat.", {
          version: current.version,
        });
      });
      return work.catch(refuseTakenSku);
    },
    /** Adds `delta` to the stock. Throws 404, or 409 `insufficient-stock` when less than what is reserved would be left. */
    adjustStock(id: number, delta: number, reason: string, asked: Asked, reply: Reply): Promise<Answer> {
      return answered(asked, reply, async ({ products }) => {
        const adjusted = await products.adjust(id, delta, reason, Date.now());
        if (adjusted) return adjusted;
        const [current] = await products.byIds([id]);
        if (!current) throw notFound("product");
        throw insufficientStock([{ product_id: id, requested: -delta, available: available(current) }]);
      });
    },
  };
}

function refuseTakenSku(error: unknown): never {
  if (isUniqueViolation(error)) throw new Problem(409, "sku-taken", "Another product has this SKU. Choose another.");
  throw error;
}
