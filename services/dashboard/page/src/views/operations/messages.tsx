import { useLocation } from "preact-iso";
import { queryString } from "../../api/client.ts";
import {
  type DeliveryState,
  listOutbox,
  listWebhooks,
  redeliverMessage,
  redeliverWebhook,
} from "../../api/operations.ts";
import { Card } from "../../components/card.tsx";
import { SelectField } from "../../components/field.tsx";
import { useNavigate } from "../../hooks/use-navigate.ts";
import { ofMessage, ofWebhook } from "./delivery.ts";
import { DeliveryList } from "./delivery-list.tsx";

const states = [
  ["DEAD", "Dead: given up"],
  ["WAITING", "Waiting: still tried"],
] as const;

/** What one service could not tell another: `/operations?messages=WAITING`, with a cursor for each list. */
export function Messages() {
  const { path, query } = useLocation();
  const navigate = useNavigate();
  const state: DeliveryState = query.messages === "WAITING" ? "WAITING" : "DEAD";
  const { webhooks, orders, consents } = query;
  const paged = (name: string) => ({
    state,
    cursor: query[name],
    at: (cursor: string | undefined) => path + queryString({ ...query, [name]: cursor }),
  });
  return (
    <Card
      title="Messages not delivered"
      actions={
        <SelectField
          label="State of the messages"
          labelHidden
          value={state}
          options={states}
          onInput={(messages) => navigate(path, { query: { messages: messages === "DEAD" ? undefined : messages } })}
        />
      }
    >
      <DeliveryList
        title="Webhooks, payment to order"
        {...paged("webhooks")}
        load={async (signal) => ofPage(await listWebhooks(state, webhooks, signal), ofWebhook)}
        redeliver={({ id }, key) => redeliverWebhook(id, key)}
      />
      <DeliveryList
        title="Messages of order"
        {...paged("orders")}
        load={async (signal) => ofPage(await listOutbox("order", { state, cursor: orders }, signal), ofMessage)}
        redeliver={({ id }, key) => redeliverMessage("order", id, key)}
      />
      <DeliveryList
        title="Questions of payment"
        {...paged("consents")}
        load={async (signal) => {
          const filter = { state, destination: "consent", cursor: consents };
          return ofPage(await listOutbox("payment", filter, signal), ofMessage);
        }}
        redeliver={({ id }, key) => redeliverMessage("payment", id, key)}
      />
    </Card>
  );
}

const ofPage = <From, To>(page: { items: readonly From[]; next: string | undefined }, of: (item: From) => To) => ({
  items: page.items.map(of),
  next: page.next,
});
