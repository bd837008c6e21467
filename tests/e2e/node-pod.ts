import { imageOf } from "./images.ts";

export interface NodePod {
  readonly labels?: Readonly<Record<string, string>>;
  /** Runs by an image of the shop, which has Node. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Volume sources by where they are mounted. */
  readonly mounts?: Readonly<Record<string, object>>;
}

/** A pod of the tests' own, as the restricted Pod Security Standard wants it. */
export function nodePod(name: string, { labels = {}, command, env = {}, mounts = {} }: NodePod) {
  const volumes = Object.entries(mounts).map(([mountPath, source], index) => ({
    mountPath,
    source,
    name: `v${index}`,
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 1,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        fsGroup: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "node",
          image: imageOf("payment"),
          imagePullPolicy: "IfNotPresent",
          command,
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: volumes.map(({ name, mountPath }) => ({ name, mountPath })),
        },
      ],
      volumes: volumes.map(({ name, source }) => ({ name, ...source })),
    },
  };
}

export const node = (script: string): string[] => ["node", "--input-type=module", "--eval", script];
