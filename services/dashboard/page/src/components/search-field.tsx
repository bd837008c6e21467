import { useEffect, useRef, useState } from "preact/hooks";
import { TextField } from "./field.tsx";

interface Props {
  /** What is looked for now, as the address has it. */
  readonly q: string;
  readonly onSearch: (q: string) => void;
}

/** So that a word is one request, and not one a letter. */
const typingPauseMs = 250;

/** What products are found by: searched for after a pause in typing, or at once by Enter. */
export function SearchField({ q, onSearch }: Props) {
  const [text, setText] = useState(q);
  const sent = useRef(q);
  const typed = text.trim();
  const search = () => {
    if (typed === sent.current) return;
    sent.current = typed;
    onSearch(typed);
  };
  // As it is when the pause is over: what is asked for beside the text may have changed meanwhile.
  const latest = useRef(search);
  latest.current = search;
  useEffect(() => {
    // The address was changed by another than this field, such as the back button.
    if (q !== sent.current) setText(q);
    sent.current = q;
  }, [q]);
  useEffect(() => {
    const timer = setTimeout(() => latest.current(), typingPauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const submit = (event: Event) => {
    event.preventDefault();
    search();
  };
  return (
    <form onSubmit={submit}>
      <TextField
        label="Search"
        type="search"
        value={text}
        onInput={setText}
        maxLength={100}
        placeholder="Name, SKU or description"
      />
    </form>
  );
}
