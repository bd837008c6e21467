import type { Search } from "../hooks/use-search.ts";
import { TextField } from "./field.tsx";

/** What products are found by: looked for while it is typed, or at once by Enter. */
export function SearchField({ search }: { search: Search }) {
  const submit = (event: Event) => {
    event.preventDefault();
    search.now();
  };
  return (
    <form onSubmit={submit}>
      <TextField
        label="Search"
        type="search"
        value={search.text}
        onInput={search.onInput}
        maxLength={100}
        placeholder="Name, SKU or description"
      />
    </form>
  );
}
