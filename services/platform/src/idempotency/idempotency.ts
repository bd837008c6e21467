import { randomUUID } from "node:crypto";
import { Counter } from "prom-client";
import { v7 as uuid } from "uuid";
import { createBatcher } from "../batcher.ts";
import type { Database } from "../database/database.ts";
import { problemAnswer } from "../http/render-problem.ts";
import type { Answer } from "../http/route.ts";
import type { Metrics } from "../metrics.ts";
import { overloaded, type Problem } from "../problem.ts";
import type { RequestContext } from "../request-context.ts";
import { attachClaim, type Claim } from "./claim.ts";
import { type Answered, type Refused, storeAnswers } from "./keep-answers.ts";
import { claimKeys, freeKeys, type KeyRow, type Wanted } from "./key-store.ts";
import { endOf, isKeyInFlight, keyInFlight, keyReused, refusalKeptMs, replayOf } from "./rules.ts";

export type Idempotency = ReturnType<typeof createIdempotency>;

interface Asked extends Wanted {
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

type Found = { readonly claim: Claim } | { readonly replay: Answer };

/** A request to be carried out once. */
type Request = Pick<Wanted, "caller" | "key" | "fingerprint" | "keptForMs">;

/** How a request with a claim ended: with an answer to be kept, or without, and the key is free. */
type End = Answered | Refused | { readonly claim: Claim };

/**
 * Requests with an `Idempotency-Key` (docs/adr/0017). Those that wait claim their keys in one unit of work
 * before they are carried out, and those that end settle theirs in one. `soleOwner`: no other process writes this
 * database, so that what an earlier boot held is free at once. `now` is in milliseconds since the epoch.
 */
export function createIdempotency(options: {
  readonly database: Pick<Database, "write">;
  readonly metrics: Pick<Metrics, "registry">;
  readonly soleOwner: boolean;
  readonly queueLimit?: number;
  readonly now?: () => number;
}) {
  const { database, soleOwner, queueLimit = 2048, now = Date.now } = options;
  const boot = randomUUID();
  const livingHolders = soleOwner ? `${boot}:%` : "%";
  const replays = new Counter({
    name: "idempotency_replays_total",
    help: "Requests answered with what an earlier one under their key was answered",
    registers: [options.metrics.registry],
  });
  const claims = createBatcher<Asked, Found>({ max: 64, queueLimit, run: claimTogether });
  const ends = createBatcher<End, undefined>({ max: 64, queueLimit: Infinity, run: endTogether });
  let holders = 0;

  async function claimTogether(asked: readonly Asked[]): Promise<(Found | Problem)[]> {
    const late = new Set(asked.filter((each) => each.deadline <= performance.now()));
    // Of those under one key the first may claim it; the others meet it in flight.
    const wanted = new Map<string, Asked>();
    for (const each of asked) if (!late.has(each) && !wanted.has(nameOf(each))) wanted.set(nameOf(each), each);
    const rows = wanted.size > 0 ? await claimAll([...wanted.values()]) : [];
    const found = new Map(rows.map((row) => [nameOf(row), row]));
    return asked.map((each) => {
      const row = found.get(nameOf(each));
      return row && !late.has(each) ? foundBy(each, row) : tooLate();
    });
  }

  const claimAll = (wanted: readonly Asked[]): Promise<readonly KeyRow[]> =>
    database.write((trx) => claimKeys(trx, wanted, now(), livingHolders), {
      deadline: Math.max(...wanted.map((each) => each.deadline)),
    });

  async function endTogether(ended: readonly End[]): Promise<undefined[]> {
    const answered = ended.filter((each) => "answer" in each);
    const freed = ended.filter((each) => !("answer" in each)).map(({ claim }) => claim);
    await database.write(async (trx) => {
      // Who lost the claim meanwhile is told so: alone, because each then runs singly.
      if (answered.length > 0 && (await storeAnswers(trx, answered)) < answered.length) throw keyInFlight();
      await freeKeys(trx, freed);
    });
    return ended.map(() => undefined);
  }

  /** What became of the request stands, whether or not this can be written: without it the lease has to run out. */
  async function end(ended: End, { log }: RequestContext): Promise<void> {
    try {
      await ends.add(ended);
    } catch (error) {
      log.warn({ err: error }, "how a request with an Idempotency-Key ended could not be kept");
    }
  }

  return {
    /**
     * Carries out a request once under its key: `handle` runs with `context.claim`, or the answer of an earlier run is
     * replayed. A refusal that `handle` throws is an answer. Throws 409 `idempotency-in-flight`, 422
     * `idempotency-key-reused`, what else `handle` throws, and what kept a refusal from being stored.
     */
    async once(request: Request, context: RequestContext, handle: () => Promise<Answer> | Answer): Promise<Answer> {
      const holder = `${boot}:${++holders}`;
      const found = await claims.add({ ...request, holder, resourceId: uuid(), deadline: context.deadline });
      if ("replay" in found) {
        replays.inc();
        return found.replay;
      }
      const { claim } = found;
      attachClaim(context, claim);
      let answer: Answer;
      try {
        const returned = await handle();
        answer = claim.kept ?? returned;
      } catch (error) {
        const problem = problemAnswer(error, context);
        // Who shared its unit with one that had lost its lease has not been refused: it runs again when it is repeated.
        const how = isKeyInFlight(error) ? "free" : endOf(problem.status);
        if (how === "free") {
          await end({ claim }, context);
          throw error;
        }
        // The unit of what was refused is undone, with what it kept.
        answer = how === "keep" && claim.kept ? claim.kept : problem;
      }
      if (answer === claim.kept) return answer;
      const how = endOf(answer.status);
      // Not by `end`: nobody is told no while a copy of the request could still be carried out.
      if (how === "refuse") await ends.add({ claim, answer, until: now() + refusalKeptMs });
      else await end(how === "keep" ? { claim, answer } : { claim }, context);
      return answer;
    },
  };
}

const nameOf = ({ caller, key }: Pick<KeyRow, "caller" | "key">): string => `${key} ${caller}`;

const tooLate = (): Problem => overloaded("The time for this request was up before its turn came; nothing was done.");

function foundBy({ caller, key, holder, fingerprint }: Asked, row: KeyRow): Found | Problem {
  if (row.holder === holder) return { claim: { resourceId: row.resource_id, caller, key, holder } };
  if (row.fingerprint !== fingerprint) return keyReused();
  const { status, headers, body } = row;
  return status === null || headers === null ? keyInFlight() : { replay: replayOf({ status, headers, body }) };
}
