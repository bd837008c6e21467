import type { Page } from "../../api/client.ts";
import { newKey } from "../../api/intent.ts";
import type { DeliveryState } from "../../api/operations.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { Pager } from "../../components/pager.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { ShortId, When } from "../../components/values.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { useLoad } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";
import type { Delivery } from "./delivery.ts";

interface Props {
  readonly title: string;
  readonly state: DeliveryState;
  readonly cursor: string | undefined;
  /** The address of this list at a cursor. */
  readonly at: (cursor: string | undefined) => string;
  readonly load: (signal: AbortSignal) => Promise<Page<Delivery>>;
  readonly redeliver: (delivery: Delivery, idempotencyKey: string) => Promise<{ readonly status: number }>;
}

const columns: readonly Column<Delivery>[] = [
  { head: "Message", cell: ({ type }) => <code>{type}</code> },
  { head: "About", cell: (delivery) => <About {...delivery} /> },
  { head: "Made", cell: ({ createdAt }) => <When at={createdAt} /> },
  { head: "Tries", numeric: true, cell: ({ attempts }) => attempts },
  { head: "Last error", cell: ({ lastError }) => <span class="break">{lastError ?? "None"}</span> },
];

/** Messages of one kind in one state, and the way to have them sent again. */
export function DeliveryList({ title, state, cursor, at, load, redeliver }: Props) {
  const list = useLoad(load, [title, state, cursor], { everyMs: 5000 });
  const { data, problem } = list;
  const redelivered = (delivery: Delivery) => {
    announce(`The message ${delivery.type} is due again.`);
    list.reload();
  };
  const withButton: Column<Delivery> = {
    head: "Action",
    cell: (delivery) => (
      <Redeliver delivery={delivery} send={() => redeliver(delivery, newKey())} onDone={() => redelivered(delivery)} />
    ),
  };
  const offersRedelivery = state === "DEAD" && may("admin");
  return (
    <section class="stack-tight" aria-label={title}>
      <h3 class="cluster">
        {title}
        {data && !problem && (
          <span class="muted numeric">
            {data.items.length}
            {data.next && " or more"}
          </span>
        )}
      </h3>
      {problem && <ProblemAlert problem={problem} onRetry={list.reload} />}
      {!data && list.loading && !problem && <Skeleton rows={1} />}
      {!problem && data?.items.length === 0 && (
        <p class="muted">{state === "DEAD" ? "None is dead: nothing was given up." : "None waits."}</p>
      )}
      {data && data.items.length > 0 && (
        <Table
          caption={title}
          columns={offersRedelivery ? [...columns, withButton] : columns}
          rows={data.items}
          keyOf={({ id }) => id}
        />
      )}
      {data && (cursor || data.next) && (
        <Pager of="messages" first={cursor && at(undefined)} next={data.next && at(data.next)} />
      )}
    </section>
  );
}

interface RedeliverProps {
  readonly delivery: Delivery;
  readonly send: () => Promise<unknown>;
  readonly onDone: () => void;
}

function Redeliver({ delivery, send, onDone }: RedeliverProps) {
  const sending = useAction();
  const click = () =>
    sending.run(async () => {
      await send();
      onDone();
    });
  return (
    <div class="stack-tight">
      <Button
        busy={sending.busy}
        onClick={() => void click()}
        label={`Redeliver ${delivery.type} about ${delivery.about}`}
      >
        Redeliver
      </Button>
      {sending.problem && <ProblemAlert problem={sending.problem} onDismiss={sending.dismiss} />}
    </div>
  );
}

function About({ about, orderId }: Delivery) {
  if (!orderId || !may("orders:read")) return <ShortId id={about} />;
  return (
    <a href={`/orders/${orderId}`}>
      <ShortId id={about} />
    </a>
  );
}
