import { useState } from "preact/hooks";
import { orderStatuses } from "../../api/order.ts";
import { inWords } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import { useDraft } from "../../hooks/use-draft.ts";
import { isUserId } from "../../session/customer.ts";
import { type Asked, isNarrowed } from "./order-address.ts";

type Filters = Omit<Asked, "cursor">;
interface Props {
  readonly asked: Asked;
  readonly onAsk: (filters: Filters) => void;
}

const states = [["", "All states"], ...orderStatuses.map((status) => [status, inWords(status)] as const)] as const;

/** Which orders to show: asked for together, by Enter or the button, and each a step of the back button. */
export function OrderFilters({ asked, onAsk }: Props) {
  const { status = "", user_id = "", from = "", to = "" } = asked;
  const [draft, setDraft] = useDraft({ status, user_id, from, to });
  const [faulty, setFaulty] = useState(false);
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));

  const faults = faultsOf(draft);
  const submit = (event: Event) => {
    event.preventDefault();
    setFaulty(faults.any);
    if (!faults.any) onAsk(draft);
  };
  return (
    <search>
      <form class="order-filters" onSubmit={submit} noValidate>
        <SelectField
          label="State"
          value={draft.status}
          options={states}
          onInput={(chosen) => change({ status: chosen })}
        />
        <TextField
          label="Customer"
          value={draft.user_id}
          onInput={(text) => change({ user_id: text.trim() })}
          maxLength={64}
          autoComplete="off"
          error={faulty ? faults.user_id : undefined}
        />
        <TextField
          label="From"
          type="date"
          value={draft.from}
          onInput={(day) => change({ from: day })}
          error={faulty ? faults.from : undefined}
        />
        <TextField label="To" type="date" value={draft.to} onInput={(day) => change({ to: day })} />
        <div class="order-filters-end">
          <Button type="submit">Filter</Button>
          {isNarrowed(asked) && (
            <a class="button button-quiet" href="/orders">
              Show all
            </a>
          )}
        </div>
      </form>
    </search>
  );
}

function faultsOf({ user_id, from, to }: { user_id: string; from: string; to: string }) {
  const faults = {
    user_id:
      user_id && !isUserId(user_id) ? "Letters, digits and . _ @ - only, not beginning with . @ or -" : undefined,
    from: from && to && from > to ? "It is after the last day." : undefined,
  };
  return { ...faults, any: Object.values(faults).some((fault) => fault !== undefined) };
}
