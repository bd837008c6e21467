/**
 * An AbortSignal that fires at the first SIGINT, SIGTERM or SIGHUP, or when nobody reads our output any more.
 * Later ones are ignored: make, npm and the terminal may each send the same wish, and the stop is bounded in time anyway.
 */
export function interruption() {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => controller.abort(name));
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => controller.abort("closed output"));
  return controller.signal;
}

/** Resolves when the signal fires. */
export const aborted = (signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
