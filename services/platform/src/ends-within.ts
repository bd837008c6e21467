/** Whether the work ended within the time, in milliseconds. It goes on when it did not. Rejects as the work does. */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a stop may take beyond the longest request, for the work behind it. 8 s in all unless REQUEST_TIMEOUT_MS is set. */
export const stopMarginMs = 3000;
