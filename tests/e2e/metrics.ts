import type { Service } from "./images.ts";
import type { Release } from "./release.ts";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const script = `
const { METRICS_PORT } = process.env;
console.log(await (await fetch("http://127.0.0.1:" + METRICS_PORT + "/metrics")).text());
`;

/** The metrics of a service, read from inside its pod, for nobody else but Prometheus is let in. */
export async function samples(shop: Release, service: Service): Promise<readonly Sample[]> {
  const text = await shop.namespace.node(shop.workloadOf(service), script);
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", labels = "", value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text])),
    value: Number(value),
  }));
}
