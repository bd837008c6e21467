import type { Order, OrderEvent } from "../../api/order.ts";
import { Card } from "../../components/card.tsx";
import { When } from "../../components/values.tsx";
import { storyOf } from "./story.ts";

/** What happened to an order, from its placing on. */
export const OrderStory = ({ order, events }: { order: Order; events: readonly OrderEvent[] }) => (
  <Card title="Story">
    <ol class="story">
      {storyOf(events, order).map(({ seq, at, title, text, tone }) => (
        <li key={seq} class={`chapter chapter-${tone}`}>
          <h3>{title}</h3>
          {text && <p class="break">{text}</p>}
          <p class="muted chapter-time">
            <When at={at} />
          </p>
        </li>
      ))}
    </ol>
  </Card>
);
