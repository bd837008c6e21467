import { useLocation } from "preact-iso";
import { listProducts } from "../../api/catalog.ts";
import { queryString } from "../../api/client.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Empty } from "../../components/empty.tsx";
import { Pager } from "../../components/pager.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { View } from "../../components/view.tsx";
import { useLoad } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";
import { ProductFilters } from "./product-filters.tsx";
import { ProductTable } from "./product-table.tsx";
import "./products.css";

const whether: Readonly<Record<string, boolean>> = { true: true, false: false };

/** All products, found by what is in the address: `/products?q=&active=&sort=&cursor=`. */
export default function ProductsView() {
  const { q, active, sort, cursor } = useLocation().query;
  const filter = { q, active: whether[active ?? ""], sort, cursor, limit: 50 };
  const products = useLoad((signal) => listProducts(filter, signal), [q, active, sort, cursor], { everyMs: 5000 });
  const at = (page?: string) => `/products${queryString({ q, active, sort, cursor: page })}`;
  const found = products.data;
  return (
    <View
      title="Products"
      actions={
        may("catalog:write") && (
          <a class="button button-primary" href="/products/new">
            New product
          </a>
        )
      }
    >
      <section class="card products" aria-label="Products">
        <ProductFilters q={q ?? ""} active={active ?? ""} sort={sort ?? ""} />
        {products.problem && <ProblemAlert problem={products.problem} onRetry={products.reload} />}
        {!found && products.loading && <Skeleton rows={8} />}
        {found && found.items.length === 0 && (
          <Empty title="No product is like that">
            <a href="/products">Show all products</a>
          </Empty>
        )}
        {found && found.items.length > 0 && <ProductTable products={found.items} />}
        {found && <Pager of="products" first={cursor ? at() : undefined} next={found.next && at(found.next)} />}
      </section>
    </View>
  );
}
