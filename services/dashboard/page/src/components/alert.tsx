import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ApiProblem } from "../api/problem.ts";
import { Button } from "./button.tsx";

interface Props {
  readonly problem: ApiProblem;
  /** What to do about it, or what it is about, instead of the API's own words. */
  readonly children?: ComponentChildren;
  readonly onRetry?: () => void;
  readonly onDismiss?: () => void;
}

/** A refusal or a failure: what it is, what can be done, and the id by which it is found in the logs. */
export function ProblemAlert({ problem, children, onRetry, onDismiss }: Props): JSX.Element {
  const { awayService } = problem;
  return (
    <div class={`alert ${problem.isUncertain ? "alert-warning" : "alert-error"}`}>
      {/* Said once, and not again with every try: the id below is another one each time. */}
      <div role="alert" class="stack-tight">
        <p class="alert-title">{awayService ? `The ${awayService} service is away` : problem.title}</p>
        <div class="alert-body">
          {children || <p>{awayService ? whatNow(onRetry !== undefined) : problem.message}</p>}
        </div>
        {problem.errors.length > 0 && (
          <ul>
            {problem.errors.map(({ pointer, detail }) => (
              <li key={pointer}>{detail}</li>
            ))}
          </ul>
        )}
      </div>
      {(onRetry || onDismiss || problem.requestId) && (
        <div class="cluster">
          {onRetry && <Button onClick={onRetry}>Try again</Button>}
          {onDismiss && (
            <Button kind="quiet" onClick={onDismiss}>
              Dismiss
            </Button>
          )}
          {problem.requestId && <RequestId id={problem.requestId} />}
        </div>
      )}
    </div>
  );
}

/** What is loaded comes again by itself; what somebody did does not. */
const whatNow = (loads: boolean): string =>
  loads
    ? "This part comes back by itself when the service does."
    : "It is not known whether this was done. Do the same again: it is done once.";

function RequestId({ id }: { id: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard?.writeText(id).then(
      () => setCopied(true),
      () => {},
    );
  return (
    <p class="request-id">
      To quote: request <code>{id}</code>{" "}
      {navigator.clipboard && (
        <Button kind="quiet" onClick={copy} label="Copy the request id">
          {copied ? "Copied" : "Copy"}
        </Button>
      )}
    </p>
  );
}

/** Something to know: good, or to be minded. */
export const Notice = ({
  tone = "info",
  children,
}: {
  tone?: "info" | "good" | "warning";
  children: ComponentChildren;
}) => (
  <div class={`alert alert-${tone}`}>
    <div class="alert-body">{children}</div>
  </div>
);
