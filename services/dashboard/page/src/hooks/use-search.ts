import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** So that a word is one request, and not one a letter. */
const typingPauseMs = 250;

export interface Search {
  /** What stands in the field. */
  readonly text: string;
  /** What is looked for by it: whoever changes the address otherwise takes it along. */
  readonly typed: string;
  onInput(text: string): void;
  /** Does not wait for the pause. */
  now(): void;
}

/** A search while it is typed: `q` is what the address asks for now, and after a pause `onSearch` puts there what is typed. */
export function useSearch(q: string, onSearch: (q: string) => void): Search {
  const [text, setText] = useState(q);
  const sent = useRef(q);
  const typed = text.trim();
  // What else is asked for may change during the pause.
  const latest = useRef(onSearch);
  latest.current = onSearch;
  const now = () => {
    if (typed === q) return;
    sent.current = typed;
    latest.current(typed);
  };
  useLayoutEffect(() => {
    // The address was changed by another than this field, such as the back button.
    if (q !== sent.current) setText(q);
    sent.current = q;
  }, [q]);
  useLayoutEffect(() => {
    if (typed === q) return;
    // Somebody who goes elsewhere during the pause is not called back: this view stays until the next one was fetched.
    const at = location.pathname;
    const timer = setTimeout(() => location.pathname === at && now(), typingPauseMs);
    return () => clearTimeout(timer);
  }, [typed, q]);
  return { text, typed, onInput: setText, now };
}
