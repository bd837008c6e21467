/** Whole seconds since it was made, on a clock that only goes forward. */
export function createUptime(): () => number {
  const began = performance.now();
  return () => Math.floor((performance.now() - began) / 1000);
}
