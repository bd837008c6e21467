/** A timer may fire this much before its time on the clock of `performance.now()`. */
const timerSlackMs = 5;

interface Flight<Answer> {
  readonly until: number;
  readonly answer: Promise<Answer>;
}

/**
 * Shares identical calls under way. One runs under the time of the caller that began it: a caller with less time stops
 * waiting at its own; one with more, when the call failed at its first caller's time, begins it again for the rest.
 */
export function createSharing<Answer>({ worthwhileMs }: { worthwhileMs: number }) {
  const flights = new Map<string, Flight<Answer>>();

  function begin(key: string, until: number, start: () => Promise<Answer>): Flight<Answer> {
    const flight = { until, answer: start().finally(() => flights.delete(key)) };
    flights.set(key, flight);
    return flight;
  }

  /** `until` is on the clock of `performance.now()`; `start` must settle by it; `late()` makes the error of a shorter wait. */
  return async function share(
    key: string,
    until: number,
    start: () => Promise<Answer>,
    late: () => Error,
  ): Promise<Answer> {
    for (;;) {
      const flight = flights.get(key) ?? begin(key, until, start);
      try {
        return await (flight.until > until ? settledBy(until, flight.answer, late) : flight.answer);
      } catch (error) {
        const now = performance.now();
        const ranOutOfItsTime = now >= flight.until - timerSlackMs;
        if (!ranOutOfItsTime || until - now < worthwhileMs) throw error;
      }
    }
  };
}

function settledBy<Answer>(until: number, answer: Promise<Answer>, late: () => Error): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), Math.max(0, until - performance.now()));
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
