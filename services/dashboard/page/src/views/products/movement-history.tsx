import { useLocation } from "preact-iso";
import type { StockMovement } from "../../api/catalog.ts";
import { type Page, queryString } from "../../api/client.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Card } from "../../components/card.tsx";
import { Empty } from "../../components/empty.tsx";
import { Pager } from "../../components/pager.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { ShortId, When } from "../../components/values.tsx";
import type { Loaded } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";
import { formatChange } from "./count.ts";

const columns: readonly Column<StockMovement>[] = [
  { head: "When", cell: ({ created_at }) => <When at={created_at} /> },
  { head: "Change", numeric: true, cell: ({ delta }) => formatChange(delta) },
  { head: "Reason", cell: ({ reason }) => <span class="break">{reason}</span> },
  { head: "Order", cell: ({ order_id }) => <OrderLink id={order_id} /> },
];

/** Every change of a product's stock, newest first. They sum up to it. */
export function MovementHistory({ movements }: { movements: Loaded<Page<StockMovement>> }) {
  const { path, query } = useLocation();
  const { data, problem, loading, reload } = movements;
  return (
    <Card title="Stock movements">
      {problem && <ProblemAlert problem={problem} onRetry={reload} />}
      {!data && loading && <Skeleton />}
      {data?.items.length === 0 && <Empty title="The stock has never changed" />}
      {data && data.items.length > 0 && (
        <Table caption="Stock movements, newest first" columns={columns} rows={data.items} keyOf={({ id }) => id} />
      )}
      {data && (
        <Pager
          of="movements"
          first={query.cursor && path}
          next={data.next && path + queryString({ cursor: data.next })}
        />
      )}
    </Card>
  );
}

function OrderLink({ id }: { id: string | null }) {
  if (!id) return <span class="muted">None</span>;
  if (!may("orders:read")) return <ShortId id={id} />;
  return (
    <a href={`/orders/${id}`}>
      <ShortId id={id} />
    </a>
  );
}
