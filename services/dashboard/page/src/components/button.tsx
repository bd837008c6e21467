import type { ComponentChildren, JSX } from "preact";

interface Props {
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  readonly kind?: "primary" | "plain" | "danger" | "quiet";
  readonly type?: "button" | "submit";
  /** Under way: further clicks do nothing, and the focus stays where it is. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
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
}: Props): JSX.Element {
  const off = busy === true || disabled === true;
  return (
    <button
      type={type}
      class={`button button-${kind}`}
      aria-disabled={off}
      aria-busy={busy}
      aria-label={label}
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
