// Writes schemas/kubernetes.json anew from the cluster that kubectl reaches: the kinds that the chart renders, strict, so
// that a misspelt field is an error, and without their descriptions. To be run when the chart has a new kind, or the
// newest Kubernetes that it is checked for has changed: node scripts/check-chart/make-schemas.mjs
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";

const kinds = {
  v1: ["ConfigMap", "Namespace", "PersistentVolumeClaim", "Pod", "Secret", "Service", "ServiceAccount"],
  "apps/v1": ["Deployment", "StatefulSet"],
  "batch/v1": ["CronJob", "Job"],
  "networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
  "policy/v1": ["PodDisruptionBudget"],
};

const published = {};
const named = {};
for (const [api, names] of Object.entries(kinds)) {
  const { components } = await ask(`/openapi/v3/${api === "v1" ? "api" : "apis"}/${api}`);
  Object.assign(published, components.schemas);
  const [group, version = group] = api.split("/");
  for (const kind of names)
    named[`${kind.toLowerCase()}-${group}-${version}`] = definitionOf(components, version, kind);
}

const definitions = {};
for (const name of Object.values(named)) collect(name);
for (const name of Object.values(named)) delete definitions[name].properties.status; // a cluster writes it, never a chart

const { gitVersion } = await ask("/version");
const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
const file = new URL("schemas/kubernetes.json", import.meta.url);
await writeFile(file, `${JSON.stringify({ version: gitVersion, kinds: named, definitions: sorted })}\n`);
console.log(
  `${Object.keys(named).length} kinds of Kubernetes ${gitVersion}, ${Object.keys(sorted).length} definitions`,
);

async function ask(path) {
  const { stdout } = await promisify(execFile)("kubectl", ["get", "--raw", path], { maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(stdout);
}

function definitionOf({ schemas }, version, kind) {
  const [name] = Object.entries(schemas).find(([, schema]) =>
    schema["x-kubernetes-group-version-kind"]?.some((own) => own.kind === kind && own.version === version),
  );
  return name;
}

/** Takes over a definition and all that it refers to. */
function collect(name) {
  if (name in definitions) return;
  definitions[name] = {}; // known from here on, should one refer to itself
  definitions[name] = simplified(published[name]);
}

function simplified(schema) {
  if (schema.allOf?.length === 1) return simplified(schema.allOf[0]); // how a reference gets a description
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    collect(name);
    return { $ref: `#/definitions/${name}` };
  }
  const { type, required, enum: values, items, properties, additionalProperties, oneOf } = schema;
  const each = Object.entries(properties ?? {}).map(([name, property]) => [name, simplified(property)]);
  return {
    type,
    required,
    enum: values,
    oneOf: oneOf?.map(simplified),
    items: items && simplified(items),
    properties: properties && Object.fromEntries(each),
    additionalProperties: properties ? false : additionalProperties && simplified(additionalProperties),
  };
}
