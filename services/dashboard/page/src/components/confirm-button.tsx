import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../hooks/use-action.ts";
import { ProblemAlert } from "./alert.tsx";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { focusHeading } from "./focus-heading.ts";

interface Props {
  readonly kind?: "danger" | "primary";
  readonly text: string;
  /** The question. */
  readonly title: string;
  /** The answer that carries it out. */
  readonly confirm: string;
  /** The answer that leaves it. */
  readonly keep?: string;
  /** What follows from it. */
  readonly children: ComponentChildren;
  readonly onConfirm: () => Promise<void>;
}

/** A button for what cannot be undone: it asks first. The focus goes to the heading, since the button may be gone then. */
export function ConfirmButton(props: Props) {
  const { kind = "danger", text, title, confirm, keep = "Keep it", children, onConfirm } = props;
  const [asks, setAsks] = useState(false);
  const action = useAction();
  const carryOut = () =>
    action.run(async () => {
      await onConfirm();
      setAsks(false);
      focusHeading();
    });
  return (
    <>
      <Button kind={kind} onClick={() => setAsks(true)}>
        {text}
      </Button>
      {asks && (
        <Dialog title={title} onClose={() => setAsks(false)}>
          <div class="stack">
            <p class="break">{children}</p>
            {action.problem && <ProblemAlert problem={action.problem} />}
            <div class="cluster">
              <Button kind={kind} onClick={carryOut} busy={action.busy}>
                {confirm}
              </Button>
              <Button onClick={() => setAsks(false)} autofocus>
                {keep}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
