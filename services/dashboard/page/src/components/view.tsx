import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { say } from "./announcer.tsx";

interface Props {
  readonly title: string;
  /** Beside the heading, such as the view's main action. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

let arrived = false;

/** The next view is come to from somewhere: from the sign-in, for instance. */
export const arrive = (): void => {
  arrived = true;
};

/** A view with its heading. Coming to it sets the title, moves the focus to the heading and says so. */
export function View({ title, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Shop`;
  }, [title]);
  // In the commit: later it would take the focus away from where somebody types already.
  useLayoutEffect(() => {
    // The first view is read by the browser itself.
    if (arrived) {
      heading.current?.focus();
      say(title);
      scrollTo(0, 0);
    }
    arrived = true;
  }, []);
  return (
    <div class="view">
      <div class="view-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div class="cluster">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
