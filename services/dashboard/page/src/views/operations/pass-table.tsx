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
        {notes?.join(" ") ?? (error ? "" : "None")}
      </span>
    ),
  },
];

/** What each sweep of each service has found and mended. */
export const PassTable = ({
  outcomes,
}: {
  outcomes: readonly { readonly service: string; readonly passes: readonly Pass[] }[];
}) => (
  <Table
    caption="What the sweeps have found"
    columns={columns}
    rows={outcomes.flatMap(({ service, passes }) => passes.map((pass) => ({ service, ...pass })))}
    keyOf={({ service, name }) => `${service}:${name}`}
  />
);
