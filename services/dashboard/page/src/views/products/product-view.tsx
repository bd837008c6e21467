import { View } from "../../components/view.tsx";

export default function ProductView() {
  return <View title="Product">{null}</View>;
}
