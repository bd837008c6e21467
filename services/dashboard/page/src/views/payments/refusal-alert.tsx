import type { ApiProblem } from "../../api/problem.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { refusalLines } from "./refusals.ts";

interface Props {
  readonly problem: ApiProblem;
  readonly currency: string;
  readonly items: readonly { readonly product_id: number; readonly name: string | null }[];
  /** What it means, and what can be done, by the code of the refusal; else the API's own words. */
  readonly meanings: Readonly<Record<string, string>>;
  readonly onDismiss?: () => void;
}

/** A refusal with what it means here and which products are the cause. */
export function RefusalAlert({ problem, currency, items, meanings, onDismiss }: Props) {
  const nameOf = (id: number) => items.find((item) => item.product_id === id)?.name ?? `Product ${id}`;
  const lines = refusalLines(problem, currency, nameOf);
  return (
    <ProblemAlert problem={problem} {...(onDismiss ? { onDismiss } : {})}>
      <p>{meanings[problem.code] ?? problem.message}</p>
      {lines.length > 0 && (
        <ul class="break">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </ProblemAlert>
  );
}
