import type { Cart } from "../../api/cart.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Badge } from "../../components/badge.tsx";
import { Money } from "../../components/values.tsx";
import type { Loaded } from "../../hooks/use-load.ts";
import { needsALook } from "../cart/line-state.ts";

/** What the cart holds, in a line, and the way to it. */
export function CartSummary({ cart, userId }: { cart: Loaded<Cart | undefined>; userId: string }) {
  const { data, problem } = cart;
  if (problem && !data) return <ProblemAlert problem={problem} onRetry={cart.reload} />;
  return (
    <div class="cart-summary">
      <div>
        <p class="cart-summary-title break">Cart of {userId}</p>
        <p class="muted">
          {data ? linesOf(data) : "Loading"}
          {data?.items.some(needsALook) && (
            <>
              {" "}
              <Badge tone="warning">Needs a look</Badge>
            </>
          )}
        </p>
      </div>
      {data && (
        <p class="cart-summary-total">
          <Money amount={data.total} currency={data.currency} />
        </p>
      )}
      <a class="button button-primary" href={`/cart/${encodeURIComponent(userId)}`}>
        Open cart
      </a>
    </div>
  );
}

function linesOf({ items }: Cart): string {
  if (items.length === 0) return "Empty";
  const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
  return `${items.length === 1 ? "1 line" : `${items.length} lines`}, ${pieces === 1 ? "1 piece" : `${pieces} pieces`}`;
}
