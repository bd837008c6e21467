import { useLayoutEffect, useRef } from "preact/hooks";
import type { Product } from "../../api/catalog.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { compare, type Difference } from "./conflict.ts";
import { type Draft, draftOf } from "./draft.ts";

interface Props {
  readonly base: Draft;
  readonly theirs: Product;
  readonly draft: Draft;
  readonly busy: boolean;
  readonly onTakeTheirs: () => void;
  readonly onSaveYours: (yours: Draft) => void;
}

const changedBy = { them: "Them", you: "You", both: "Both" };
const text = (value: string) => (value ? <span class="prose">{value}</span> : <span class="muted">Empty</span>);
const columns: readonly Column<Difference>[] = [
  { head: "Field", cell: ({ name }) => name },
  { head: "Theirs, stored now", cell: ({ theirs }) => text(theirs) },
  { head: "Yours", cell: ({ yours }) => text(yours) },
  {
    head: "Changed by",
    cell: (row) => <Badge tone={row.changedBy === "both" ? "bad" : "neutral"}>{changedBy[row.changedBy]}</Badge>,
  },
];

/** Two edits of one product: both are shown, and a person decides. */
export function EditConflict({ base, theirs, draft, busy, onTakeTheirs, onSaveYours }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), [theirs.version]);
  const { yours, differences } = compare(base, draftOf(theirs), draft, theirs.currency);
  return (
    <div class="alert alert-warning conflict" role="alert">
      <h3 ref={heading} tabIndex={-1} class="alert-title">
        Somebody else has edited this product
      </h3>
      <p>Your changes are not saved. Compare the two versions and choose one.</p>
      <Table caption="Both versions" columns={columns} rows={differences} keyOf={({ field }) => field} />
      <div class="cluster">
        <Button kind="primary" busy={busy} onClick={() => onSaveYours(yours)}>
          Save yours over theirs
        </Button>
        <Button disabled={busy} onClick={onTakeTheirs}>
          Take theirs
        </Button>
      </div>
      <p class="hint">What only they have changed stays in yours too.</p>
    </div>
  );
}
