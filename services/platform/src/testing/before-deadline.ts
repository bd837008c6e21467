import { setTimeout as pause } from "node:timers/promises";
import type { RequestContext } from "../request-context.ts";

/** What is to come before a deadline is kept back from it by far more. */
const closeMs = 5;

/**
 * What `outcome` gives; throws when the deadline comes first. Not by two looks at the clock: a machine that stalls makes
 * the timer of what is tested as late as this one, and then they still go off in their order.
 */
export async function beforeDeadline<T>(
  { deadline }: Pick<RequestContext, "deadline">,
  outcome: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = async () => {
      // What went off in time may have some turns of the event loop, and timers of no length, between it and its outcome.
      for (let turns = 0; turns < 5; turns += 1) await pause(1);
      reject(new Error("the deadline came first"));
    };
    timer = setTimeout(fail, Math.max(0, deadline - closeMs - performance.now()));
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
