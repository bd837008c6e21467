import { View } from "../components/view.tsx";

export const NotFoundView = () => (
  <View title="Page not found">
    <p>
      There is nothing at this address. <a href="/shop">Go to the shop</a>.
    </p>
  </View>
);
