import type { Cart } from "../../api/cart.ts";
import type { Product } from "../../api/catalog.ts";
import { Badge } from "../../components/badge.tsx";
import { Money } from "../../components/values.tsx";
import { AddToCart } from "./add-to-cart.tsx";

interface Props {
  readonly products: readonly Product[];
  readonly busy: boolean;
  readonly cart: Cart | undefined;
  readonly userId: string;
  /** Undefined where the key may not change carts. */
  readonly onCart: ((cart: Cart | undefined) => void) | undefined;
}

/** Products as cards: what each is, what it costs, how many there are, and the way into the cart. */
export function ProductCards({ products, busy, cart, userId, onCart }: Props) {
  const inCart = new Map(cart?.items.map(({ product_id, quantity }) => [product_id, quantity]));
  return (
    <ul class="product-cards" aria-label="Products" aria-busy={busy}>
      {products.map((product) => (
        <li key={product.id} class="card product-card">
          <div class="product-text">
            <h2 class="product-name">{product.name}</h2>
            <div class="product-line">
              <p class="muted product-sku">{product.sku}</p>
              {inCart.has(product.id) && <Badge tone="info">{inCart.get(product.id)} in the cart</Badge>}
            </div>
            <p class="muted product-description">{product.description}</p>
          </div>
          <div class="spread">
            <p class="product-price">
              <Money amount={product.price} currency={product.currency} />
            </p>
            <Stock available={product.available} />
          </div>
          {onCart && <AddToCart key={userId} product={product} userId={userId} onCart={onCart} />}
        </li>
      ))}
    </ul>
  );
}

function Stock({ available }: { available: number }) {
  if (available <= 0) return <Badge tone="bad">Sold out</Badge>;
  if (available <= 5) return <Badge tone="warning">Only {available} left</Badge>;
  return <Badge tone="good">{available.toLocaleString()} in stock</Badge>;
}
