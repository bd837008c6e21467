import type { Wishing } from "../hooks/use-wish.ts";
import { Notice, ProblemAlert } from "./alert.tsx";
import { Button } from "./button.tsx";

interface Props<Wish> {
  readonly wishing: Wishing<Wish>;
  /** What was asked for, such as "$5.00 was given back": nobody knows whether it was. */
  readonly what: (wish: Wish) => string;
  /** The text of the button that asks again; "Ask again" when left out. */
  readonly again?: (wish: Wish) => string;
}

/** Tells that nobody knows whether something was done, and offers to ask for the same again. Nothing when all is known. */
export function Uncertain<Wish>({ wishing, what, again }: Props<Wish>) {
  const { uncertain, problem } = wishing;
  if (uncertain === undefined) return null;
  const words = <p>It is not known whether {what(uncertain)}. Ask again: it is the same request, and is done once.</p>;
  return (
    <div class="stack-tight">
      {problem ? <ProblemAlert problem={problem}>{words}</ProblemAlert> : <Notice tone="warning">{words}</Notice>}
      <div class="cluster">
        <Button onClick={wishing.again}>{again ? again(uncertain) : "Ask again"}</Button>
        <Button kind="quiet" onClick={wishing.forget}>
          Forget it
        </Button>
      </div>
    </div>
  );
}
