import { View } from "../../components/view.tsx";

export default function OperationsView() {
  return <View title="Operations">{null}</View>;
}
