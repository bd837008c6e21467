import { View } from "../../components/view.tsx";

export default function NewProductView() {
  return <View title="New product">{null}</View>;
}
