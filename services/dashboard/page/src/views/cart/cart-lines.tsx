import type { Cart, CartLine } from "../../api/cart.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Money } from "../../components/values.tsx";
import { LineQuantity } from "./line-quantity.tsx";
import { lineStates, nameOf } from "./line-state.ts";

interface Props {
  readonly cart: Cart;
  readonly busy: boolean;
  readonly onQuantity: (line: CartLine, quantity: number) => void;
  readonly onRemove: (line: CartLine) => void;
}

/** The lines of a cart, with what there is to know about each. */
export function CartLines({ cart, busy, onQuantity, onRemove }: Props) {
  const columns: readonly Column<CartLine>[] = [
    { head: "Product", cell: (line) => <Product line={line} onQuantity={onQuantity} /> },
    {
      head: "Price",
      numeric: true,
      cell: (line) => <Amount amount={line.price} currency={line.currency} none="Not known" />,
    },
    {
      head: "Quantity",
      cell: (line) => (
        <div class="line-actions">
          <LineQuantity line={line} busy={busy} onQuantity={(quantity) => onQuantity(line, quantity)} />
          <Button kind="quiet" disabled={busy} label={`Remove ${nameOf(line)}`} onClick={() => onRemove(line)}>
            Remove
          </Button>
        </div>
      ),
    },
    {
      head: "Subtotal",
      numeric: true,
      cell: (line) => <Amount amount={line.subtotal} currency={line.currency} none="Not counted" />,
    },
  ];
  return (
    <Table
      caption={`Lines of the cart of ${cart.user_id}`}
      columns={columns}
      rows={cart.items}
      keyOf={(line) => line.product_id}
    />
  );
}

function Product({ line, onQuantity }: { line: CartLine; onQuantity: Props["onQuantity"] }) {
  const states = lineStates(line);
  return (
    <div class="line-product">
      <p class="line-name">{nameOf(line)}</p>
      {line.sku && <p class="muted line-sku">{line.sku}</p>}
      {states.map(({ badge, tone, words }) => (
        <p key={badge} class="line-state">
          <Badge tone={tone}>{badge}</Badge> {words}
        </p>
      ))}
      {line.issues.includes("price_changed") && !line.issues.includes("insufficient_stock") && (
        <div>
          <Button label={`Accept the price of ${nameOf(line)}`} onClick={() => onQuantity(line, line.quantity)}>
            Accept the price
          </Button>
        </div>
      )}
    </div>
  );
}

function Amount({ amount, currency, none }: { amount: number | null; currency: string; none: string }) {
  return amount === null ? <span class="muted line-none">{none}</span> : <Money amount={amount} currency={currency} />;
}
