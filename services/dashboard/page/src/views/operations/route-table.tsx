import { useState } from "preact/hooks";
import type { RouteFigures, Stats } from "../../api/operations.ts";
import { Empty } from "../../components/empty.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { formatMs } from "./figures.ts";
import { shopRoutes } from "./samples.ts";

type Row = RouteFigures & { readonly name: string };

const columns: readonly Column<Row>[] = [
  { head: "Route", cell: ({ name }) => <code>{name}</code> },
  { head: "Requests", numeric: true, cell: ({ requests }) => requests.toLocaleString() },
  { head: "Errors", numeric: true, cell: ({ errors }) => errors.toLocaleString() },
  { head: "p50", numeric: true, cell: ({ p50_ms }) => formatMs(p50_ms ?? Number.POSITIVE_INFINITY) },
  { head: "p99", numeric: true, cell: ({ p99_ms }) => formatMs(p99_ms ?? Number.POSITIVE_INFINITY) },
];

/** The busiest routes since the service's start, when they are asked for. */
export function RouteTable({ service, stats }: { service: string; stats: Partial<Stats> }) {
  const [isOpen, setOpen] = useState(false);
  const rows = Object.entries(shopRoutes(stats))
    .map(([name, figures]) => ({ name, ...figures }))
    .sort((one, other) => other.requests - one.requests)
    .slice(0, 10);
  return (
    <details class="disclosure" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Busiest routes</summary>
      {isOpen && rows.length === 0 && <Empty title="Nothing was asked since the start" />}
      {isOpen && rows.length > 0 && (
        <Table
          caption={`The busiest routes of ${service} since its start`}
          columns={columns}
          rows={rows}
          keyOf={({ name }) => name}
        />
      )}
    </details>
  );
}
