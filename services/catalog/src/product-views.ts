import { type Answer, createBatcher, createRowCache } from "@shop/platform";
import type { CatalogStore } from "./catalog-store.ts";
import { etagOf, type Product } from "./product.ts";

/** A product as it goes out, made once a change and not once a request. */
export interface ProductView {
  readonly etag: string;
  readonly json: string;
}

export type ProductViews = ReturnType<typeof createProductViews>;

/**
 * What clients read, kept in process exactly: this process alone writes the file, and `changed` is called after every
 * COMMIT. Lists are few texts and large, and any change drops them all.
 */
export function createProductViews(options: {
  readonly store: CatalogStore;
  readonly present: (product: Product) => unknown;
  readonly maxProducts?: number;
  readonly maxLists?: number;
}) {
  const { store, present, maxProducts = 5000, maxLists = 32 } = options;
  const views = createRowCache<number, ProductView | undefined>({ max: maxProducts });
  const lists = createRowCache<string, Answer>({ max: maxLists });
  /** Gathers the ids that are asked for together into one read. */
  const reader = createBatcher<number, ProductView | undefined>({ max: 500, run: read });

  async function read(ids: readonly number[]): Promise<(ProductView | undefined)[]> {
    const found = await store.products.byIds([...new Set(ids)]);
    const viewOf = new Map(found.map((product) => [product.id, view(product)]));
    return ids.map((id) => viewOf.get(id));
  }

  const view = (product: Product): ProductView => ({
    etag: etagOf(product),
    json: JSON.stringify(present(product)),
  });

  const byId = (id: number): Promise<ProductView | undefined> => views.get(id, () => reader.add(id));

  store.onReset(() => {
    views.clear();
    lists.clear();
  });

  return {
    byId,
    /** Those that there are, in the order of the ids given. */
    async byIds(ids: readonly number[]): Promise<ProductView[]> {
      const found = await Promise.all(ids.map(byId));
      return found.filter((each) => each !== undefined);
    },
    /** The answer under this key, made by `make` when nothing has changed since the last time. Its body becomes text. */
    list(key: string, make: () => Promise<Answer>): Promise<Answer> {
      return lists.get(key, async () => {
        const { body, ...answer } = await make();
        return { ...answer, json: JSON.stringify(body) };
      });
    },
    /** Drops what was made of these products. To be called after COMMIT, in the order of the commits. */
    changed(productIds: readonly number[]): void {
      if (productIds.length === 0) return;
      for (const id of productIds) views.drop(id);
      lists.clear();
    },
  };
}
