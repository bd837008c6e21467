import { type Cart, clearCart } from "../../api/cart.ts";
import { announce } from "../../components/announcer.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";

/** Empties a cart, after a question. */
export function ClearCart({ cart, onCart }: { cart: Cart; onCart(cart: Cart): void }) {
  const { length } = cart.items;
  const lines = length === 1 ? "Its one line is" : `All its ${length} lines are`;
  const clear = async () => {
    const { body } = await clearCart(cart.user_id);
    onCart(body);
    announce("The cart is empty.");
  };
  return (
    <ConfirmButton text="Clear the cart" title="Clear the cart?" confirm="Clear" onConfirm={clear}>
      {lines} removed from the cart of {cart.user_id}.
    </ConfirmButton>
  );
}
