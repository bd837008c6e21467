import { useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Cart, getCart } from "../../api/cart.ts";
import { listProducts, type Product, type ProductFilter } from "../../api/catalog.ts";
import { type Page, queryString } from "../../api/client.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Empty } from "../../components/empty.tsx";
import { Pager } from "../../components/pager.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { View } from "../../components/view.tsx";
import { useLoad } from "../../hooks/use-load.ts";
import { useNavigate } from "../../hooks/use-navigate.ts";
import { customer } from "../../session/customer.ts";
import { may } from "../../session/session.ts";
import { CartSummary } from "./cart-summary.tsx";
import { CustomerForm } from "./customer-form.tsx";
import { Filters } from "./filters.tsx";
import { ProductCards } from "./product-cards.tsx";
import { addressOf, filterOf } from "./shop-filter.ts";
import "./shop.css";

/** Sells: finds products and puts them into the cart of a customer. */
export default function ShopView() {
  const { query, path } = useLocation();
  const navigate = useNavigate();
  const filter = filterOf(query);
  const userId = customer.value;
  const sells = may("carts");
  const products = useLoad((signal) => listProducts(filter, signal), [filter], { everyMs: 4000 });
  const cart = useLoad(
    async (signal) => (sells ? await getCart(userId, signal) : undefined),
    [userId],
    sells ? { everyMs: 5000 } : {},
  );
  // While another filter is awaited, what the last one found stays.
  const last = useRef<Page<Product> | undefined>(undefined);
  if (products.data) last.current = products.data;
  const page = products.data ?? last.current;

  // What was added for the customer before may be answered after another one was set.
  const show = (now: Cart | undefined) => (now?.user_id === customer.value ? cart.put(now) : cart.reload());
  const refilter = (change: Partial<ProductFilter>) =>
    navigate(path, { query: addressOf({ ...filter, ...change }), replace: true });
  const address = (cursor?: string) => path + queryString({ ...addressOf(filter), cursor });
  return (
    <View title="Shop">
      {sells ? (
        <div class="card shop-bar">
          <CustomerForm />
          <CartSummary cart={cart} userId={userId} />
        </div>
      ) : (
        <p class="muted">Your key may look at products, and not at carts.</p>
      )}
      <Filters filter={filter} onFilter={refilter} />
      {products.problem && <ProblemAlert problem={products.problem} onRetry={products.reload} />}
      {page && <Found page={page} filter={filter} />}
      {page && page.items.length > 0 && (
        <ProductCards
          products={page.items}
          busy={products.data === undefined}
          cart={cart.data}
          userId={userId}
          onCart={sells ? show : undefined}
        />
      )}
      {!page && products.loading && <Skeleton rows={6} />}
      {page && <Pager first={filter.cursor && address()} next={page.next && address(page.next)} of="products" />}
    </View>
  );
}

function Found({ page, filter }: { page: Page<Product>; filter: ProductFilter }) {
  const count = page.items.length;
  if (count === 0)
    return (
      <Empty title={filter.q ? `Nothing is found for “${filter.q}”.` : "There are no products here."}>
        {filter.in_stock && <p>Only what is in stock is looked for.</p>}
      </Empty>
    );
  return (
    <p class="muted" role="status">
      {count === 1 ? "1 product" : `${count} products`}
      {(page.next || filter.cursor) && " on this page"}
    </p>
  );
}
