// `make manifests`: what is made of the chart and kept beside it, anew: k8s/base, and the values in the chart's README.
import { manifests } from "./check-chart/manifests.mjs";
import { valuesTable } from "./check-chart/values-table.mjs";
import { explain } from "./launcher/refusal.mjs";

try {
  console.log(`k8s/base: ${await manifests({ write: true })}`);
  console.log(`helm/shop/README.md: ${await valuesTable({ write: true })}`);
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
