// `make chart`, part of `make check`: everything about the chart and k8s/ that can be told without a cluster.
import { explain } from "../launcher/refusal.mjs";
import { conforms } from "./conform.mjs";
import { manifests } from "./manifests.mjs";
import { overlays } from "./overlays.mjs";
import { lint, rendersAlike, rendersAlikeInHelm4 } from "./renders.mjs";
import { rules } from "./rules.mjs";
import { scores } from "./score.mjs";
import { unitTests } from "./unit-tests.mjs";
import { valuesTable } from "./values-table.mjs";

const checks = {
  "helm lint": lint,
  "renders alike twice": rendersAlike,
  "renders alike with Helm 4": rendersAlikeInHelm4,
  "chart unit tests": unitTests,
  kubeconform: conforms,
  "kube-score": scores,
  "alert rules": rules,
  "k8s/base": () => manifests({ write: false }),
  "k8s/overlays": overlays,
  "helm/shop/README.md": () => valuesTable({ write: false }),
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const began = performance.now();
  try {
    const figures = await check();
    console.log(`${name}: ${figures} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.error(`${name}: FAILED`);
    explain(error);
  }
}
console.log(`${Object.keys(checks).length - failed} checks of the chart passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
