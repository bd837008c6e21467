import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Props {
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  readonly kind?: "primary" | "plain" | "danger" | "quiet";
  readonly type?: "button" | "submit";
  /** Under way: further clicks do nothing, and the focus stays where it is. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  /** Appears where another button stood: it waits a moment, because an impatient second click was meant for that one. */
  readonly settles?: boolean;
  /** Has the focus when its dialog opens. */
  readonly autofocus?: boolean;
  /** What it does, where its text alone does not tell. */
  readonly label?: string;
}

export function Button({
  children,
  onClick,
  kind = "plain",
  type = "button",
  busy,
  disabled,
  label,
  settles,
  autofocus,
}: Props): JSX.Element {
  const settled = useSettled(settles === true);
  const off = busy === true || disabled === true || !settled;
  return (
    <button
      type={type}
      class={`button button-${kind}`}
      aria-disabled={off}
      aria-busy={busy}
      aria-label={label}
      autofocus={autofocus}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.();
      }}
    >
      {busy && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

const settlesAfterMs = 700;

/** False for a moment after it appeared, then true. */
function useSettled(waits: boolean): boolean {
  const [settled, setSettled] = useState(!waits);
  useEffect(() => {
    if (settled) return;
    const timer = setTimeout(() => setSettled(true), settlesAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}
