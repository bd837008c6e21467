import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** A part of a view with a heading of its own. */
export function Card({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {actions && <div class="cluster">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
