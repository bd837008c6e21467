import { LocationProvider, lazy, Route, Router } from "preact-iso";
import { session } from "./session/session.ts";
import { Shell } from "./shell.tsx";
import { NotFoundView } from "./views/not-found-view.tsx";
import { SignInView } from "./views/sign-in-view.tsx";

// A file each, fetched when first looked at.
const ShopView = lazy(() => import("./views/shop/shop-view.tsx"));
const CartView = lazy(() => import("./views/cart/cart-view.tsx"));
const OrdersView = lazy(() => import("./views/orders/orders-view.tsx"));
const OrderView = lazy(() => import("./views/orders/order-view.tsx"));
const ProductsView = lazy(() => import("./views/products/products-view.tsx"));
const NewProductView = lazy(() => import("./views/products/new-product-view.tsx"));
const ProductView = lazy(() => import("./views/products/product-view.tsx"));
const OperationsView = lazy(() => import("./views/operations/operations-view.tsx"));

/** The page. Without a session every address is the sign-in; the address stays, and is there afterwards. */
export function App() {
  if (!session.value) return <SignInView />;
  return (
    <LocationProvider>
      <Shell>
        <Router>
          <Route path="/" component={ShopView} />
          <Route path="/shop" component={ShopView} />
          <Route path="/cart/:user_id" component={CartView} />
          <Route path="/orders" component={OrdersView} />
          <Route path="/orders/:order_id" component={OrderView} />
          <Route path="/products" component={ProductsView} />
          <Route path="/products/new" component={NewProductView} />
          <Route path="/products/:product_id" component={ProductView} />
          <Route path="/operations" component={OperationsView} />
          <Route default component={NotFoundView} />
        </Router>
      </Shell>
    </LocationProvider>
  );
}
