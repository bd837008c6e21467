import type { Pass } from "../../api/operations.ts";
import { inWords } from "../../components/badge.tsx";
import { type Column, Table } from "../../components/table.tsx";

type Row = Pass & { readonly service: string };

const columns: readonly Column<Row>[] = [
  { head: "Service", cell: ({ service }) => inWords(service) },
  { head: "Sweep", cell: ({ name }) => name },
  { head: "Found", numeric: true, cell: ({ found }) => found },
  { head: "Mended", numeric: true, cell: ({ mended }) => mended },
  {
    head: "Notes",
    cell: ({ notes, error }) => (
      <span class="break">
        {error && <span class="sweep-error">Failed: {error}. </span>}
        {notes?.join(" ") || (error ? "" : "None")}
      </span>
    ),
  },
];

interface Props {
  readonly outcomes: readonly { readonly service: string; readonly passes: readonly Pass[] }[];
}

/** What each sweep of each service has found and mended: first those with something to say, the others when asked for. */
export function PassTable({ outcomes }: Props) {
  const rows = outcomes.flatMap(({ service, passes }) => passes.map((pass) => ({ service, ...pass })));
  const notable = rows.filter(({ found, mended, notes, error }) => found > 0 || mended > 0 || notes?.length || error);
  return (
    <>
      {notable.length > 0 && <Rows caption="Sweeps with something to say" rows={notable} />}
      {rows.length > 0 && (
        <details class="disclosure">
          <summary>All {rows.length} sweeps</summary>
          <Rows caption="All sweeps" rows={rows} />
        </details>
      )}
    </>
  );
}

const Rows = ({ caption, rows }: { caption: string; rows: readonly Row[] }) => (
  <Table caption={caption} columns={columns} rows={rows} keyOf={({ service, name }) => `${service}:${name}`} />
);
