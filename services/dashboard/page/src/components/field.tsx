import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface Common {
  readonly label: string;
  readonly value: string;
  onInput(value: string): void;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  /** The label is for those who do not see the place. */
  readonly labelHidden?: boolean;
}
interface TextProps extends Common {
  readonly type?: "text" | "password" | "search" | "date" | "number";
  readonly inputMode?: "text" | "decimal" | "numeric";
  readonly autoComplete?: string;
  readonly required?: boolean;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly lines?: number;
  readonly placeholder?: string;
  readonly size?: number;
}

/** A line of text, or several with `lines`, with its label, its hint, and what is wrong with it. */
export function TextField(props: TextProps): JSX.Element {
  const { label, value, onInput, hint, error, labelHidden, lines, type = "text", ...input } = props;
  const id = useId();
  const common = {
    ...input,
    id,
    value,
    "aria-invalid": error !== undefined,
    "aria-describedby": described(id, hint, error),
    onInput: (event: Event) => onInput((event.currentTarget as HTMLInputElement).value),
  };
  return (
    <Frame id={id} label={label} labelHidden={labelHidden} hint={hint} error={error}>
      {lines ? (
        <textarea {...({ ...common, class: "input", rows: lines } as object)} />
      ) : (
        <input {...({ ...common, class: "input", type, spellcheck: false } as object)} />
      )}
    </Frame>
  );
}

/** One of a few. */
export function SelectField(
  props: Common & { options: readonly (readonly [value: string, text: string])[] },
): JSX.Element {
  const { label, value, onInput, hint, error, labelHidden, options } = props;
  const id = useId();
  return (
    <Frame id={id} label={label} labelHidden={labelHidden} hint={hint} error={error}>
      <select
        class="input"
        id={id}
        aria-describedby={described(id, hint, error)}
        onChange={(event) => onInput(event.currentTarget.value)}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each} selected={each === value}>
            {text}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export function CheckField({
  label,
  checked,
  onInput,
}: {
  label: string;
  checked: boolean;
  onInput(on: boolean): void;
}) {
  const id = useId();
  return (
    <div class="check">
      <input type="checkbox" id={id} checked={checked} onChange={(event) => onInput(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
    </div>
  );
}

interface FrameProps extends Pick<Common, "label" | "hint"> {
  readonly id: string;
  readonly labelHidden?: boolean | undefined;
  readonly error?: string | undefined;
  readonly children: ComponentChildren;
}

function Frame({ id, label, labelHidden, hint, error, children }: FrameProps) {
  return (
    <div class="field">
      <label for={id} class={labelHidden ? "visually-hidden" : "label"}>
        {label}
      </label>
      {children}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

const described = (id: string, hint: unknown, error: unknown): string | undefined =>
  [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
