import { Fragment } from "preact";
import type { Stats } from "../../api/operations.ts";
import { Badge, inWords, StatusBadge } from "../../components/badge.tsx";
import { formatDuration } from "../../format/time.ts";
import { rowsByState } from "./figures.ts";

/** What waits, what is cut off, and the rows by their state. A part that `/stats` lacks is left out. */
export function ServiceFacts({ stats }: { stats: Partial<Stats> }) {
  const { queue, outbox, breakers } = stats;
  const peers = Object.entries(breakers ?? {});
  return (
    <dl class="service-facts">
      {queue && (
        <>
          <dt>Write queue</dt>
          <dd class="numeric">{queue.depth === 0 ? "Empty" : `${queue.depth} waiting`}</dd>
        </>
      )}
      {outbox && (
        <>
          <dt>Outbox</dt>
          <dd class="cluster">
            {outbox.waiting === 0
              ? "Empty"
              : `${outbox.waiting} waiting, the oldest for ${formatDuration(outbox.oldest_age_s)}`}
            {outbox.dead > 0 && <Badge tone="bad">{outbox.dead} dead</Badge>}
          </dd>
        </>
      )}
      {peers.length > 0 && (
        <>
          <dt>Breakers</dt>
          <dd class="cluster">
            {peers.map(([peer, state]) => (
              <span key={peer}>
                {inWords(peer)} <StatusBadge status={state} />
              </span>
            ))}
          </dd>
        </>
      )}
      {rowsByState(stats).map(({ title, states }) => (
        <Fragment key={title}>
          <dt>{title}</dt>
          <dd class="cluster numeric">
            {states.length === 0 && "None"}
            {states.map(([state, count]) => (
              <span key={state}>
                <span class="muted">{inWords(state)}</span> {count}
              </span>
            ))}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
