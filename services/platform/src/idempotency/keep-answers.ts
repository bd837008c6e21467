import type { Knex } from "knex";
import { type Answer, headersOf, jsonOf } from "../http/route.ts";
import type { Claim } from "./claim.ts";
import { endOf, keyInFlight } from "./rules.ts";

export interface Answered {
  readonly claim: Claim;
  readonly answer: Answer;
}

/** A refusal, which is kept until then (milliseconds since the epoch). */
export interface Refused extends Answered {
  readonly until: number;
}

/**
 * Inside the unit of the effect, for one or many: keeps what each request is answered with, so that effect and answer
 * are one. The handler then sends that answer, whatever `handle` returns; so a use case whose unit was undone throws, or
 * keeps another answer. An answer that is not final (202) is not
 * stored: for it this only makes sure that the lease is still held, and the claim goes on.
 * Throws 409 `idempotency-in-flight` when one of the claims was taken over meanwhile: let it roll the unit back.
 */
export async function keepAnswers(trx: Knex, answered: readonly Answered[]): Promise<void> {
  if (answered.length === 0) return;
  if ((await storeAnswers(trx, answered)) < answered.length) throw keyInFlight();
  for (const { claim, answer } of answered) if (endOf(answer.status) === "keep") claim.kept = answer;
}

/** How many of the claims were still held, and so have their answers now. */
export async function storeAnswers(trx: Knex, answered: readonly (Answered | Refused)[]): Promise<number> {
  const rows = answered.map((each) => {
    const { caller, key, holder } = each.claim;
    const { answer } = each;
    const until = "until" in each ? each.until : null;
    return until !== null || endOf(answer.status) === "keep"
      ? [caller, key, holder, null, answer.status, JSON.stringify(headersOf(answer)), jsonOf(answer) ?? null, until]
      : [caller, key, holder, holder, null, null, null, null];
  });
  const stored: unknown[] = await trx.raw(
    `UPDATE idempotency_keys SET holder = v.column4, status = CAST(v.column5 AS BIGINT), headers = v.column6, body = v.column7,
       expires_at = COALESCE(CAST(v.column8 AS BIGINT), idempotency_keys.expires_at)
     FROM (VALUES ${rows.map(() => "(?, ?, ?, ?, ?, ?, ?, ?)").join(", ")}) AS v
     WHERE caller = v.column1 AND key = v.column2 AND idempotency_keys.holder = v.column3
     RETURNING key`,
    rows.flat() as Knex.RawBinding[],
  );
  return stored.length;
}
