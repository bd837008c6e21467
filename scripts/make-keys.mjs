// Prints the Secret that k8s/ mounts, with new random keys, to be made once in a namespace:
//   node scripts/make-keys.mjs | kubectl create -f -
// `create` refuses when it is there already; `apply` would put new keys in the place of those in use. With arguments it
// makes keys for these callers instead: node scripts/make-keys.mjs admin backup cart order payment front-end
import { readFileSync } from "node:fs";
import { digestEntryOf, digestLineOf } from "./key-digest.mjs";
import { newSecretFor } from "./new-secret.mjs";

const callers = process.argv.length > 2 ? process.argv.slice(2) : callersOfManifests();

const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "shop-keys", labels: { "app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": "shop" } },
  type: "Opaque",
  stringData: { ...Object.assign({}, ...callers.map(withDigest)), "webhook-secret": newSecretFor("webhook-secret") },
};
console.log(JSON.stringify(secret, null, 2));

/** The two entries of a key. */
function withDigest(caller) {
  const key = newSecretFor(caller);
  return { [caller]: key, [digestEntryOf(caller)]: digestLineOf(key) };
}

/** Those to whom the manifests give scopes: the indented JSON under scopes.json. */
function callersOfManifests() {
  const manifest = readFileSync(new URL("../k8s/base/configmap.yaml", import.meta.url), "utf8");
  const [, scopes] = /^ {2}scopes\.json: \|\n((?: {4}.*\n)+)/m.exec(manifest);
  return Object.keys(JSON.parse(scopes));
}
