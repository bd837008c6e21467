import { join } from "node:path";
import { root, run } from "../tools/run.mjs";

/** The chart's folder. */
export const chart = join(root, "helm/shop");

/** The minor versions of Kubernetes 1 that the chart promises to work on; the last is the one that is tested most. */
export const minors = [30, 31, 32, 33, 34];

const customApis = ["monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1"];

/** By name, the values of three releases between which every line of the chart is rendered. No default names the Secret. */
export const variants = {
  defaults: ["--set", "keys.existingSecret=shop-keys"],
  everything: ["--values", join(chart, "ci/everything-values.yaml")],
  restore: ["--values", join(chart, "ci/restore-values.yaml")],
};

/** Resolves to the manifests of a release named `shop`, rendered for Kubernetes `1.<minor>`. */
export function render(args, { helm = "helm", minor = minors.at(-1) } = {}) {
  const cluster = ["--kube-version", `1.${minor}.0`, "--api-versions", customApis.join()];
  return run(helm, ["template", "shop", chart, "--namespace", "shop", ...cluster, ...args]);
}

/** The documents of a stream of manifests, each without the separator and the comment that names its template. */
export function documents(manifests) {
  return manifests
    .split(/^---\n/m)
    .map((document) => document.replace(/^# Source: .*\n/gm, "").trim())
    .filter((document) => document !== "")
    .map((document) => `${document}\n`);
}

/** The kind of a document, and the name of its object. */
export function identity(document) {
  const [, kind] = /^kind: (\S+)$/m.exec(document) ?? [];
  const [, name] = /^metadata:\n(?: .*\n)*? {2}name: "?([^"\s]+)"?$/m.exec(document) ?? [];
  if (!kind || !name) throw new Error(`neither kind nor name can be read here:\n${document}`);
  return { kind, name };
}
