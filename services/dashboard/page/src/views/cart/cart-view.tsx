import { View } from "../../components/view.tsx";

export default function CartView() {
  return <View title="Cart">{null}</View>;
}
