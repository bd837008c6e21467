// The tools that check and ship the chart, each a Go module at one version. Raise one here and nowhere else.
const helm3 = "helm.sh/helm/v3";

// A Helm that was not told which Kubernetes it stands for assumes 1.20, and the chart refuses that.
const kubernetes = ["pkg/chartutil", "pkg/lint/rules"].flatMap((folder) => [
  `${helm3}/${folder}.k8sVersionMajor=1`,
  `${helm3}/${folder}.k8sVersionMinor=34`,
]);

/**
 * By name: the module and its version, the package to build, strings that are set when it is linked, and, when people
 * may have the tool already, the arguments that make it say its version.
 */
export const tools = {
  helm: {
    module: helm3,
    version: "v3.21.4",
    main: "cmd/helm",
    strings: [`${helm3}/internal/version.version=v3.21.4`, ...kubernetes],
    ask: ["version", "--short"],
  },
  helm4: {
    module: "helm.sh/helm/v4",
    version: "v4.3.1",
    main: "cmd/helm",
    strings: ["helm.sh/helm/v4/internal/version.version=v4.3.1"],
  },
  "helm-unittest": {
    module: "github.com/helm-unittest/helm-unittest",
    version: "v1.1.2",
    main: "cmd/helm-unittest",
    strings: kubernetes,
  },
  "helm-docs": {
    module: "github.com/norwoodj/helm-docs",
    version: "v1.14.2",
    main: "cmd/helm-docs",
    strings: ["main.version=1.14.2"],
    ask: ["--version"],
  },
  kubeconform: {
    module: "github.com/yannh/kubeconform",
    version: "v0.7.0",
    main: "cmd/kubeconform",
    strings: ["main.version=v0.7.0"],
    ask: ["-v"],
  },
  "kube-score": { module: "github.com/zegl/kube-score", version: "v1.20.0", main: "cmd/kube-score", strings: [] },
  kustomize: {
    module: "sigs.k8s.io/kustomize/kustomize/v5",
    version: "v5.8.1",
    main: ".",
    strings: ["sigs.k8s.io/kustomize/api/provenance.version=v5.8.1"],
    ask: ["version"],
  },
  promtool: {
    module: "github.com/prometheus/prometheus",
    version: "v0.312.0",
    main: "cmd/promtool",
    strings: ["github.com/prometheus/common/version.Version=3.12.0"],
    ask: ["--version"],
    known: "3.12.0", // as a module, Prometheus 3.12 is numbered 0.312
  },
  skaffold: {
    module: "github.com/GoogleContainerTools/skaffold/v2",
    version: "v2.24.0",
    main: "cmd/skaffold",
    strings: ["github.com/GoogleContainerTools/skaffold/v2/pkg/skaffold/version.version=v2.24.0"],
    ask: ["version"],
  },
};
