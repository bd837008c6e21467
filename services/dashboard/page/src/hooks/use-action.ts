import { useRef, useState } from "preact/hooks";
import { type ApiProblem, asProblem } from "../api/problem.ts";

export interface Action {
  readonly busy: boolean;
  readonly problem: ApiProblem | undefined;
  /** One at a time: a click while one is under way does nothing. Resolves to whether it succeeded. */
  run(work: () => Promise<void>): Promise<boolean>;
  dismiss(): void;
}

/** A request that a person asked for: whether it is under way, and what came in its way. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const underWay = useRef(false);
  return {
    busy,
    problem,
    dismiss: () => setProblem(undefined),
    async run(work) {
      if (underWay.current) return false;
      underWay.current = true;
      setBusy(true);
      setProblem(undefined);
      try {
        await work();
        return true;
      } catch (error) {
        setProblem(asProblem(error));
        return false;
      } finally {
        underWay.current = false;
        setBusy(false);
      }
    },
  };
}
