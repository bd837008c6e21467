import { imageTag, imageValues } from "./images.ts";
import type { Namespace } from "./namespace.ts";
import { nodePod } from "./node-pod.ts";

const provider = "bazaar-provider";

/** The simulated payment provider as a process of its own, with the key that the payment service presents to it. */
const providerPod = nodePod(provider, {
  labels: { app: provider },
  command: ["node", "services/payment/dist/provider-main.js"],
  env: { DATA_DIR: "/data", API_KEYS_DIR: "/keys", SHOP_CURRENCY: "EUR" },
  mounts: {
    "/data": { emptyDir: {} },
    "/keys": {
      secret: {
        secretName: '{{ include "shop.keySecret" (dict "root" . "entry" "payment") }}',
        items: [{ key: "payment", path: "payment" }],
      },
    },
  },
});
const providerService = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: provider },
  spec: { selector: { app: provider }, ports: [{ port: 8005 }] },
};

/** What the chart's values for its checks, in which every option is set, need beside them on a real cluster. */
export function everyOption(namespace: Namespace) {
  const priorityClass = {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: namespace.name },
    value: 1000,
    description: "for a test",
  };
  afterAll(() => namespace.kubectl("delete", "priorityclass", priorityClass.metadata.name, "--ignore-not-found"));

  const image = { repository: imageValues.repository, tag: imageTag, pullPolicy: "IfNotPresent" };
  const claim = { size: "1Gi", storageClass: "" };
  return {
    priorityClass,
    /** Whose keys its own Secret must hold. */
    callers: ["admin", "backup", "cart", "order", "payment", "front-end"],
    values: {
      global: { imageRegistry: imageValues.registry },
      image,
      defaults: { persistence: claim, priorityClassName: priorityClass.metadata.name },
      services: {
        // Its whole name, which a service may have to itself.
        cart: { image: { repository: `${imageValues.repository}-cart`, tag: imageTag, digest: "" } },
        order: { persistence: { size: "1Gi" } },
        payment: {
          env: { PROVIDER_URL: `http://${provider}:8005` },
          allowTo: [{ ports: [{ port: 8005 }], to: [{ podSelector: { matchLabels: { app: provider } } }] }],
        },
      },
      backup: claim,
      extraObjects: [providerPod, providerService],
    },
  };
}
