import { useState } from "preact/hooks";
import type { Answer } from "../api/client.ts";
import { intentOver, once, openWish } from "../api/intent.ts";
import type { ApiProblem } from "../api/problem.ts";
import { useAction } from "./use-action.ts";

export interface Wishing<Wish> {
  readonly busy: boolean;
  readonly problem: ApiProblem | undefined;
  /** Asked for, now or before a reload, and nobody knows whether it was done. */
  readonly uncertain: Wish | undefined;
  /** Carries a wish out. Resolves to whether it succeeded. */
  begin(wish: Wish): Promise<boolean>;
  /** The uncertain one once more, under its key: it is done once. */
  again(): void;
  /** Whatever became of it: the next wish is another one. */
  forget(): void;
  dismiss(): void;
}

interface Done<Wish, Body> {
  readonly wish: Wish;
  readonly body: Body;
  /** It was done at an earlier try: the body tells how things were then. */
  readonly earlier: boolean;
}

/**
 * One wish at a time under the name of an intent, each carried out once. A wish whose outcome is not known is kept, over a
 * reload too, until it is asked for again or forgotten; it never gives its key to another one.
 */
export function useWish<Wish, Body>(
  intent: string,
  ask: (wish: Wish, idempotencyKey: string) => Promise<Answer<Body>>,
  onDone: (done: Done<Wish, Body>) => void,
): Wishing<Wish> {
  const action = useAction();
  const [uncertain, setUncertain] = useState(() => openWish<Wish>(intent));

  const carryOut = (wish: Wish) =>
    action.run(async () => {
      try {
        const { body, replayed } = await once(intent, (key) => ask(wish, key), wish);
        // Also a 202 was heard: what it made is listed, and the same again is another wish.
        intentOver(intent);
        onDone({ wish, body, earlier: replayed });
      } finally {
        setUncertain(openWish<Wish>(intent));
      }
    });
  const forget = () => {
    intentOver(intent);
    setUncertain(undefined);
    action.dismiss();
  };
  return {
    busy: action.busy,
    problem: action.problem,
    uncertain: action.busy ? undefined : uncertain,
    begin(wish) {
      if (JSON.stringify(wish) !== JSON.stringify(openWish(intent))) intentOver(intent);
      return carryOut(wish);
    },
    again: () => void (uncertain && carryOut(uncertain)),
    forget,
    dismiss: action.dismiss,
  };
}
