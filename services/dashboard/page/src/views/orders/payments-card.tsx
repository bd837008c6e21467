import type { Payment, Refund } from "../../api/payment.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { StatusBadge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Money, When } from "../../components/values.tsx";
import type { Loaded } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";
import { RefundForm } from "./refund-form.tsx";
import type { PaymentStory } from "./refunds.ts";

interface Props {
  readonly payments: Loaded<readonly PaymentStory[] | undefined>;
  readonly onChange: () => void;
}

/** The payments of an order, and what was and can be given back of each. */
export const PaymentsCard = ({ payments: { data, problem, loading, reload }, onChange }: Props) => (
  <Card title="Payments">
    {problem && <ProblemAlert problem={problem} onRetry={reload} />}
    {!data && loading && <Skeleton rows={2} />}
    {data?.length === 0 && <p class="muted">There are none.</p>}
    {data?.map((story) => (
      <PaymentPart key={story.payment.id} story={story} onChange={onChange} />
    ))}
  </Card>
);

function PaymentPart({ story, onChange }: { story: PaymentStory; onChange(): void }) {
  const { payment, refunds } = story;
  return (
    <article class="payment">
      <div class="spread">
        <h3>
          <Money amount={payment.amount} currency={payment.currency} />
        </h3>
        <span class="cluster">
          <span class="muted">
            <When at={payment.created_at} />
          </span>
          <StatusBadge status={payment.status} />
        </span>
      </div>
      <Remark payment={payment} />
      {refunds.length > 0 && (
        <Table
          caption={`Refunds of this payment, newest first`}
          columns={columnsIn(payment.currency)}
          rows={refunds}
          keyOf={({ id }) => id}
        />
      )}
      {may("payments:refund") && <RefundForm story={story} onChange={onChange} />}
    </article>
  );
}

function Remark({ payment: { failure, status, provider_reference: reference } }: { payment: Payment }) {
  if (failure)
    return (
      <p class="break">
        {failure.detail} <span class="muted">Nothing was taken.</span>
      </p>
    );
  if (status === "PENDING") return <p class="muted">Nothing is charged yet: the order could not be asked.</p>;
  if (status === "UNKNOWN" || status === "CHARGING")
    return <p class="muted">The provider has not said yet whether it was charged. It is asked again by itself.</p>;
  return reference ? (
    <p class="muted payment-reference">
      Reference <code>{reference}</code>
    </p>
  ) : null;
}

const columnsIn = (currency: string): readonly Column<Refund>[] => [
  { head: "Refund", cell: ({ amount }) => <Money amount={amount} currency={currency} /> },
  { head: "State", cell: ({ status }) => <StatusBadge status={status} /> },
  { head: "Reason", cell: ({ reason }) => (reason ? <span class="break">{reason}</span> : <NoReason />) },
  { head: "Asked for", cell: ({ created_at }) => <When at={created_at} /> },
];

const NoReason = () => <span class="muted">–</span>;
