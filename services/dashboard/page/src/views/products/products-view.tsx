import { View } from "../../components/view.tsx";

export default function ProductsView() {
  return <View title="Products">{null}</View>;
}
