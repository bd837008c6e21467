import { useState } from "preact/hooks";
import { type Service, services } from "../../api/client.ts";
import { newKey } from "../../api/intent.ts";
import { type Pass, reconcile } from "../../api/operations.ts";
import { type ApiProblem, asProblem } from "../../api/problem.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { inWords } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { PassTable } from "./pass-table.tsx";

interface Outcome {
  readonly service: Service;
  readonly passes: readonly Pass[];
  readonly problem: ApiProblem | undefined;
}

const reconciled = async (service: Service): Promise<Outcome> => {
  try {
    const { body } = await reconcile(service, newKey());
    return { service, passes: body.passes, problem: undefined };
  } catch (error) {
    return { service, passes: [], problem: asProblem(error) };
  }
};

/** Every sweep, now: what each service finds undone, and mends. */
export function Reconcile() {
  const running = useAction();
  const [asked, setAsked] = useState("");
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const run = (name: string, which: readonly Service[]) => {
    setAsked(running.busy ? asked : name);
    return running.run(async () => {
      const came = await Promise.all(which.map(reconciled));
      setOutcomes(came);
      announce(summary(came));
    });
  };
  const button = (name: string, which: readonly Service[], kind: "primary" | "plain" = "plain") => (
    <Button
      key={name}
      kind={kind}
      busy={running.busy && asked === name}
      disabled={running.busy}
      onClick={() => void run(name, which)}
    >
      {name}
    </Button>
  );
  return (
    <Card title="Reconcile now">
      <p class="muted">
        Time and again each service looks for what was left undone, and mends it. Here it does so at once.
      </p>
      <div class="cluster">
        {button("All services", services, "primary")}
        {services.map((service) => button(inWords(service), [service]))}
      </div>
      {outcomes.length > 0 && <p>{summary(outcomes)}</p>}
      {outcomes.map(({ service, problem }) => problem && <ProblemAlert key={service} problem={problem} />)}
      {outcomes.some(({ passes }) => passes.length > 0) && <PassTable outcomes={outcomes} />}
    </Card>
  );
}

function summary(outcomes: readonly Outcome[]): string {
  const passes = outcomes.flatMap((outcome) => outcome.passes);
  const found = passes.reduce((total, pass) => total + pass.found, 0);
  const mended = passes.reduce((total, pass) => total + pass.mended, 0);
  const failed = outcomes.filter(({ problem }) => problem).map(({ service }) => service);
  const missing = failed.length > 0 ? ` Not reconciled: ${failed.join(", ")}.` : "";
  if (passes.length === 0) return missing.trim();
  return `${found === 0 ? "Nothing was left undone." : `Found ${found}, mended ${mended}.`}${missing}`;
}
