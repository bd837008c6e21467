import { services } from "../../api/client.ts";
import { View } from "../../components/view.tsx";
import { may } from "../../session/session.ts";
import { Messages } from "./messages.tsx";
import { Reconcile } from "./reconcile.tsx";
import { ServiceCard } from "./service-card.tsx";
import "./operations.css";

/** How the four services are, what they could not deliver, and the ways to mend it. */
export default function OperationsView() {
  return (
    <View title="Operations">
      <div class="services">
        {services.map((service) => (
          <ServiceCard key={service} service={service} />
        ))}
      </div>
      <p class="hint">
        The charts hold the last five minutes of this view. Latency is told as the bound within which requests were
        answered.
      </p>
      <Messages />
      {may("admin") && <Reconcile />}
    </View>
  );
}
