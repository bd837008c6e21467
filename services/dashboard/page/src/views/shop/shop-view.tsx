import { View } from "../../components/view.tsx";

export default function ShopView() {
  return <View title="Shop">{null}</View>;
}
