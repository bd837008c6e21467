import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ApiProblem, asProblem } from "../api/problem.ts";

/** How long a service that is away is left alone. */
const patienceMs = 5000;

export interface Loaded<Data> {
  /** The last that came; it stays while it is loaded again, and when that fails. */
  readonly data: Data | undefined;
  readonly problem: ApiProblem | undefined;
  readonly loading: boolean;
  reload(): void;
  /** Shows what an action has brought, without asking again. */
  put(data: Data): void;
}

/**
 * Loads when `deps` change, and every `everyMs` while the page is looked at. What is under way is aborted when it is no
 * longer wanted. A problem is shown beside the data that was there before; what passes by itself is asked for again.
 */
export function useLoad<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  deps: readonly unknown[],
  { everyMs }: { everyMs?: number } = {},
): Loaded<Data> {
  const [state, setState] = useState<{ data?: Data; problem?: ApiProblem; loading: boolean }>({ loading: true });
  const [turn, setTurn] = useState(0);
  const puts = useRef(0);
  const current = useRef(load);
  current.current = load;

  // Data of other deps is another thing: not shown in the place of what is awaited.
  const identity = JSON.stringify(deps);
  const shown = useRef(identity);
  if (shown.current !== identity) {
    shown.current = identity;
    state.data = undefined as Data;
    delete state.problem;
    state.loading = true;
  }

  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Between a render with other deps and the effect that aborts this there is a frame, and an answer may come in it.
    const isWanted = () => !ended.signal.aborted && shown.current === identity;
    const run = async () => {
      let again = everyMs;
      if (!document.hidden || turn === 0) {
        setState((before) => ({ ...before, loading: true }));
        const before = puts.current;
        try {
          const data = await current.current(ended.signal);
          // What was asked before an action is older than what the action brought.
          if (isWanted() && before === puts.current) setState({ data, loading: false });
        } catch (error) {
          if (!isWanted()) return;
          const problem = asProblem(error);
          setState((before) => ({ ...before, problem, loading: false }));
          if (problem.isPassing) again = Math.max(everyMs ?? 0, patienceMs);
        }
      }
      if (again && isWanted()) timer = setTimeout(run, again);
    };
    void run();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [identity, turn, everyMs]);

  return {
    data: state.data,
    problem: state.problem,
    loading: state.loading,
    reload: useCallback(() => setTurn((before) => before + 1), []),
    put: useCallback((data: Data) => {
      puts.current++;
      setState({ data, loading: false });
    }, []),
  };
}
