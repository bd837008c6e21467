import { View } from "../../components/view.tsx";

export default function OrdersView() {
  return <View title="Orders">{null}</View>;
}
