import type { Store } from "./images.ts";
import type { Release } from "./release.ts";

/**
 * Lets processes be killed from inside a service's pod: with a process namespace for the whole pod the service is not
 * its process 1, to which Linux delivers no SIGKILL from within. Replaces the pod.
 */
export async function allowKill({ namespace, workloadOf }: Release, service: Store): Promise<void> {
  const patch = { spec: { template: { spec: { shareProcessNamespace: true } } } };
  await namespace.kubectl("patch", workloadOf(service), "--patch", JSON.stringify(patch));
}

const script = `
import { readdirSync, readFileSync } from "node:fs";
const isService = (pid) => {
  try {
    return /dist\\/main\\.js$/.test(readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0")[1]);
  } catch {
    return false;
  }
};
for (const pid of readdirSync("/proc")) if (/^\\d+$/.test(pid) && isService(pid)) process.kill(Number(pid), "SIGKILL");
`;

/** Kills a service as a crash would, and resolves when its container has been started anew and is ready. */
export async function killService({ namespace, podOf }: Release, service: Store): Promise<void> {
  const pod = podOf(service);
  const containerOf = (status: { containerStatuses: readonly { restartCount: number; ready: boolean }[] }) =>
    status.containerStatuses[0] ?? { restartCount: 0, ready: false };
  const before = containerOf((await namespace.get("pod", pod)).status).restartCount;
  await namespace.node(pod, script);
  const pods = await namespace.watch(["pod", pod], (all) => {
    const { restartCount, ready } = containerOf(all.get(pod)?.status);
    return restartCount > before && ready;
  });
  const [{ lastState }] = pods.get(pod)?.status.containerStatuses ?? [];
  if (lastState.terminated?.exitCode !== 137) throw new Error(`${pod} ended by itself: ${JSON.stringify(lastState)}`);
}
