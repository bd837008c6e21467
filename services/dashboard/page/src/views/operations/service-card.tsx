import type { Service } from "../../api/client.ts";
import type { Health } from "../../api/operations.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Badge, inWords } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { formatAgo, formatDuration } from "../../format/time.ts";
import type { Loaded } from "../../hooks/use-load.ts";
import { Chart } from "./chart.tsx";
import { formatMs, formatRate } from "./figures.ts";
import { RouteTable } from "./route-table.tsx";
import { ServiceFacts } from "./service-facts.tsx";
import { useFigures } from "./use-figures.ts";

/** One service: whether it is there, what it does, how fast. What was last known stays when it is away. */
export function ServiceCard({ service }: { service: Service }) {
  const { health, look, samples } = useFigures(service);
  const problem = health.problem ?? look.problem;
  const { data } = look;
  const isOld = problem !== undefined && data !== undefined;
  const times = samples.map(({ at }) => at);
  const line = (name: string, of: "perSecond" | "errorsPerSecond" | "p50" | "p99") => ({
    name,
    values: samples.map((sample) => sample[of]),
  });
  return (
    <Card title={inWords(service)} actions={<HealthState health={health} />}>
      {problem && (
        <ProblemAlert
          problem={problem}
          onRetry={() => {
            health.reload();
            look.reload();
          }}
        />
      )}
      {!data && look.loading && !problem && <Skeleton rows={4} />}
      {isOld && <p class="hint">Last figures, of {formatAgo(new Date(data.at).toISOString())}</p>}
      {data && (
        <div class={isOld ? "stack figures-old" : "stack"}>
          <div class="charts">
            <Chart
              title="Requests a second"
              times={times}
              lines={[line("All", "perSecond"), line("Errors", "errorsPerSecond")]}
              format={formatRate}
            />
            <Chart title="Latency" times={times} lines={[line("p50", "p50"), line("p99", "p99")]} format={formatMs} />
          </div>
          <ServiceFacts stats={data.stats} />
          <RouteTable service={service} stats={data.stats} />
        </div>
      )}
    </Card>
  );
}

function HealthState({ health }: { health: Loaded<Health> }) {
  const { data, problem } = health;
  return (
    <>
      {data && (
        <span class="muted service-version">
          {data.version}
          {!problem && `, up ${formatDuration(data.uptime_s)}`}
        </span>
      )}
      {problem ? <Badge tone="bad">Away</Badge> : data && <Badge tone="good">Up</Badge>}
    </>
  );
}
