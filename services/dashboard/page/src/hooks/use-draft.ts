import { useLayoutEffect, useState } from "preact/hooks";

type Change<Draft> = (next: Draft | ((before: Draft) => Draft)) => void;

/**
 * What a form holds until it is sent: begins as `given`, which must be plain data, and is that again when it was changed
 * elsewhere, such as by the back button. In the commit itself: an effect after the next frame would undo what was typed
 * before it, and a busy machine's frame is late.
 */
export function useDraft<Draft>(given: Draft): [Draft, Change<Draft>] {
  const [draft, setDraft] = useState(given);
  useLayoutEffect(() => setDraft(() => given), [JSON.stringify(given)]);
  return [draft, setDraft];
}
