import { useEffect, useRef, useState } from "preact/hooks";
import type { Service } from "../../api/client.ts";
import { getHealth, getStats } from "../../api/operations.ts";
import { useLoad } from "../../hooks/use-load.ts";
import { type Look, type Sample, sampleBetween } from "./samples.ts";

const everyMs = 2000;
/** Five minutes of them. */
const keptSamples = 150;

/** A service's health and figures now, and what came of the differences since the view was opened. */
export function useFigures(service: Service) {
  const health = useLoad((signal) => getHealth(service, signal), [service], { everyMs });
  const look = useLoad<Look>(
    async (signal) => {
      const stats = await getStats(service, signal);
      return { at: Date.now(), stats };
    },
    [service],
    { everyMs },
  );
  const before = useRef<Look | undefined>(undefined);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    const now = look.data;
    if (!now || now === before.current) return;
    const sample = sampleBetween(before.current, now);
    before.current = now;
    setSamples((kept) => [...kept, sample].slice(-keptSamples));
  }, [look.data]);
  return { health, look, samples };
}
