import { View } from "../../components/view.tsx";

export default function OrderView() {
  return <View title="Order">{null}</View>;
}
