import { useEffect, useState } from "preact/hooks";
import { SelectField, TextField } from "../../components/field.tsx";
import { useNavigate } from "../../hooks/use-navigate.ts";

interface Props {
  readonly q: string;
  readonly active: string;
  readonly sort: string;
}

/** So long nothing is typed before it is searched for. */
const pauseMs = 300;

const states = [
  ["", "All"],
  ["true", "Active"],
  ["false", "Not sold"],
] as const;
const sorts = [
  ["", "Oldest first"],
  ["-id", "Newest first"],
  ["name", "Name, A to Z"],
  ["-name", "Name, Z to A"],
  ["price", "Price, lowest first"],
  ["-price", "Price, highest first"],
] as const;

/** What is looked for. It goes into the address, always from the first page on. */
export function ProductFilters(asked: Props) {
  const navigate = useNavigate();
  const [q, setQ] = useState(asked.q);
  const typed = q.trim();
  // The back button and links change the address too.
  useEffect(() => {
    if (typed !== asked.q) setQ(asked.q);
  }, [asked.q]);
  const go = (change: Partial<Props>, replace = false) =>
    navigate("/products", { query: { ...asked, q: typed, ...change }, replace });
  useEffect(() => {
    if (typed === asked.q) return;
    const timer = setTimeout(() => go({}, true), pauseMs);
    return () => clearTimeout(timer);
  }, [typed, asked.q, asked.active, asked.sort]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (typed !== asked.q) go({});
  };
  return (
    <search>
      <form class="filters" onSubmit={submit}>
        <TextField
          label="Search"
          type="search"
          value={q}
          onInput={setQ}
          maxLength={100}
          placeholder="Part of a name, SKU or description"
        />
        <SelectField label="State" value={asked.active} options={states} onInput={(active) => go({ active })} />
        <SelectField label="Order" value={asked.sort} options={sorts} onInput={(sort) => go({ sort })} />
      </form>
    </search>
  );
}
