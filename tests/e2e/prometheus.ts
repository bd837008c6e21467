import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ask } from "./client.ts";
import { openForward } from "./forward.ts";
import { buildImage, imageOf } from "./images.ts";
import type { Namespace } from "./namespace.ts";
import { isReady } from "./release.ts";

/** Scrapes by the annotations on pods, and by those on Services, as the usual charts of Prometheus have it. */
function configFor(namespace: string) {
  const found = { names: [namespace] };
  const annotated = (role: string) => `__meta_kubernetes_${role}_annotation_prometheus_io`;
  const follow = (role: string) => [
    { action: "keep", source_labels: [`${annotated(role)}_scrape`], regex: "true" },
    { source_labels: [`${annotated(role)}_path`], target_label: "__metrics_path__", regex: "(.+)" },
    {
      source_labels: ["__meta_kubernetes_pod_ip", `${annotated(role)}_port`],
      target_label: "__address__",
      regex: "([\\d.]+);(\\d+)",
      replacement: "$1:$2",
    },
    { action: "labelmap", regex: "__meta_kubernetes_pod_label_(.+)" },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
  ];
  const job = (name: string, role: string, relabel_configs: object[]) => ({
    job_name: name,
    kubernetes_sd_configs: [{ role, namespaces: found }],
    relabel_configs,
  });
  return {
    global: { scrape_interval: "5s", evaluation_interval: "5s" },
    rule_files: ["/config/alerts.yaml"],
    scrape_configs: [
      job("kubernetes-pods", "pod", follow("pod")),
      job("kubernetes-service-endpoints", "endpointslice", follow("service")),
    ],
  };
}

const name = "prometheus";
const config = "prometheus.json";

/**
 * Prometheus as a pod with these rules, labelled as its usual chart does; answers with how it is asked: by the part of
 * a path behind /api/v1/.
 */
export async function startPrometheus(namespace: Namespace, rules: string) {
  const image = await prometheusImage();
  const metadata = { name, labels: { "app.kubernetes.io/name": name } };
  const rbac = "rbac.authorization.k8s.io";
  await namespace.apply(
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata,
      rules: [
        { apiGroups: [""], resources: ["pods", "services"], verbs: ["get", "list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name }],
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { [config]: JSON.stringify(configFor(namespace.name)), "alerts.yaml": rules },
    },
    { apiVersion: "v1", kind: "Pod", metadata, spec: podSpec(image) },
  );
  await namespace.watch(["pods", "-l", `app.kubernetes.io/name=${name}`], (pods) => isReady(pods.get(name)), 240_000);
  const forward = await openForward(namespace.name, `pod/${name}`, 9090);
  return {
    close: forward.close,
    async ask(path: string) {
      const { body, text } = await ask(`${forward.url}/api/v1/${path}`, "GET");
      if (body?.status !== "success") throw new Error(`Prometheus answered ${path} with ${text}`);
      return body.data;
    },
  };
}

const podSpec = (image: string) => ({
  serviceAccountName: name,
  terminationGracePeriodSeconds: 5,
  securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } },
  containers: [
    {
      name,
      image,
      command: [name, `--config.file=/config/${config}`, "--storage.tsdb.path=/prometheus"],
      readinessProbe: { httpGet: { path: "/-/ready", port: 9090 }, periodSeconds: 2, failureThreshold: 60 },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [
        { name: "config", mountPath: "/config" },
        { name: "data", mountPath: "/prometheus" },
      ],
    },
  ],
  volumes: [
    { name: "config", configMap: { name } },
    { name: "data", emptyDir: {} },
  ],
});

/**
 * The public image; where there is a Prometheus for Linux on this machine (PROMETHEUS=path, or on the PATH), an image of
 * that one, for clusters that cannot pull.
 */
async function prometheusImage(): Promise<string> {
  const program = process.env.PROMETHEUS || onPath();
  if (!program) return "docker.io/prom/prometheus:v3.12.0";
  const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
  try {
    copyFileSync(program, join(folder, name), constants.COPYFILE_FICLONE);
    // It needs nothing of the image below it, which the cluster has already.
    writeFileSync(join(folder, "Dockerfile"), `FROM ${imageOf("catalog")}\nCOPY ${name} /usr/local/bin/${name}\n`);
    await buildImage("catalog", name, folder);
    return imageOf("catalog", name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function onPath(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}
