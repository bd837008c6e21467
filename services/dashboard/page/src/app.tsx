import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { customer } from "./session/customer.ts";
import { may, session } from "./session/session.ts";
import { Shell } from "./shell.tsx";
import { NotFoundView } from "./views/not-found-view.tsx";
import { viewScopes } from "./views/scopes.ts";
import { SignInView } from "./views/sign-in-view.tsx";
import { viewOf } from "./views/view-of.tsx";

const ShopView = viewOf("Shop", viewScopes.shop, () => import("./views/shop/shop-view.tsx"));
const CartView = viewOf("Cart", viewScopes.cart, () => import("./views/cart/cart-view.tsx"));
const OrdersView = viewOf("Orders", viewScopes.orders, () => import("./views/orders/orders-view.tsx"));
const OrderView = viewOf("Order", viewScopes.orders, () => import("./views/orders/order-view.tsx"));
const ProductsView = viewOf("Products", viewScopes.products, () => import("./views/products/products-view.tsx"));
const NewProductView = viewOf(
  "New product",
  viewScopes.newProduct,
  () => import("./views/products/new-product-view.tsx"),
);
const ProductView = viewOf("Product", viewScopes.products, () => import("./views/products/product-view.tsx"));
const OperationsView = viewOf(
  "Operations",
  viewScopes.operations,
  () => import("./views/operations/operations-view.tsx"),
);

/** The first thing that the key is for. */
function Home() {
  if (!may(viewScopes.shop) && may(viewScopes.orders)) return <OrdersView />;
  if (!may(viewScopes.shop) && may(viewScopes.operations)) return <OperationsView />;
  return <ShopView />;
}

/** The cart of the customer in force. */
const OwnCart = () => <CartView user_id={customer.value} />;

/** The view at this address; one that cannot be read, such as /orders/%, is none. */
function Views() {
  const { path } = useLocation();
  if (!isReadable(path)) return <NotFoundView />;
  return (
    <Router>
      <Route path="/" component={Home} />
      <Route path="/shop" component={ShopView} />
      <Route path="/cart" component={OwnCart} />
      <Route path="/cart/:user_id" component={CartView} />
      <Route path="/orders" component={OrdersView} />
      <Route path="/orders/:order_id" component={OrderView} />
      <Route path="/products" component={ProductsView} />
      <Route path="/products/new" component={NewProductView} />
      <Route path="/products/:product_id" component={ProductView} />
      <Route path="/operations" component={OperationsView} />
      <Route default component={NotFoundView} />
    </Router>
  );
}

function isReadable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== "";
  } catch {
    return false;
  }
}

/** The page. Without a session every address is the sign-in; the address stays, and is there afterwards. */
export function App() {
  if (!session.value) return <SignInView />;
  return (
    <LocationProvider>
      <Shell>
        <Views />
      </Shell>
    </LocationProvider>
  );
}
