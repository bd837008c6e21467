// Gives a caller a new key on Kubernetes, or the shop a new webhook secret, while it is used:
//   node scripts/rotate-key.mjs cart --namespace shop
// It takes some minutes, because Kubernetes takes its time with mounted Secrets. It may be run again at any point.
import { parseArgs } from "node:util";
import { explain, refusal } from "./launcher/refusal.mjs";
import { newSecretFor } from "./new-secret.mjs";
import { createKubectl } from "./rotate-key/kubectl.mjs";
import { createKubernetesSecret } from "./rotate-key/kubernetes-secret.mjs";
import { rotate } from "./rotate-key/rotation.mjs";

const usage = `Which key? node scripts/rotate-key.mjs <entry> [options]
  <entry>            a caller, such as cart or admin, or webhook-secret
  --secret <name>    the Secret that holds it (shop-key-<entry>); that of the manifests in k8s/ is shop-keys
  --namespace <name> where it is (that of kubectl)
  --context <name>   which cluster (that of kubectl)
  --keep-old         stop while the old one is accepted too: give the new one to who uses it outside the cluster, then
                     run it again without this`;

const options = {
  secret: { type: "string" },
  namespace: { type: "string", short: "n" },
  context: { type: "string" },
  "keep-old": { type: "boolean", default: false },
};

async function main() {
  const { values, positionals } = readArguments();
  const [entry] = positionals;
  if (entry === undefined || positionals.length > 1) throw refusal(usage);
  const access = ["context", "namespace"].flatMap((name) => (values[name] ? [`--${name}=${values[name]}`] : []));
  const name = values.secret ?? `shop-key-${entry}`;
  const secret = createKubernetesSecret({ name, kubectl: createKubectl(access), say: console.log });
  const keepOld = values["keep-old"];
  await rotate({ entry, secret, newLine: () => newSecretFor(entry), keepOld, say: console.log });
  if (!keepOld) return;
  const read = `kubectl get secret ${name} ${[...access, `--output=jsonpath='{.data.${entry}}'`].join(" ")}`;
  console.log(`Every service accepts both. Read the new one, give it to who uses it, and run this again without --keep-old:
  ${read} | base64 --decode | head -n 1`);
}

function readArguments() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw refusal(`${error.message}\n\n${usage}`);
  }
}

main().catch((error) => {
  explain(error);
  process.exitCode = 1;
});
