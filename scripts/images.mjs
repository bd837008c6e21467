// Builds the image of every service and what they are made from: `make images`. From the environment:
//   IMAGE_BUILD   the command that builds, `docker build`; `podman build` and `buildah build` do as well
//   IMAGE_PREFIX, IMAGE_TAG   an image is <prefix>-<service>:<tag>; localhost/shop and dev
//   IMAGE_SOURCE  where the sources are published, for the label
//   NODE_BUILD, NODE_RUNTIME   public images instead of those that Dockerfile.base names; by digest, to pin them
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { readImageNames, services } from "./image-names.mjs";
import { explain, refusal } from "./launcher/refusal.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { IMAGE_SOURCE, NODE_BUILD, NODE_RUNTIME } = process.env;
const { builder, imageOf } = readImageNames(process.env);
const [tool, ...toolArgs] = builder;

try {
  buildAll();
  tellSizes();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}

function buildAll() {
  const bases = { NODE_BUILD, NODE_RUNTIME };
  for (const part of ["build", "base"]) build(part, "Dockerfile.base", bases, "--target", `shop-${part}`);
  const args = { BUILD: imageOf("build"), BASE: imageOf("base"), ...labels() };
  for (const service of services) build(service, `services/${service}/Dockerfile`, args);
}

/** Build arguments without a value are left out: the Dockerfile's own hold. */
function build(part, dockerfile, buildArgs, ...options) {
  const set = Object.entries(buildArgs).filter(([, value]) => value);
  const args = set.flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  console.log(`\n${imageOf(part)}`);
  const { status, error } = spawnSync(
    tool,
    [...toolArgs, "-t", imageOf(part), "-f", dockerfile, ...options, ...args, "."],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  if (error) throw refusal(`${tool} does not start (${error.code}); name another in IMAGE_BUILD="podman build".`);
  if (status !== 0) throw refusal(`${imageOf(part)} was not built; the lines above say why.`);
}

function labels() {
  const { version } = JSON.parse(read("package.json"));
  const { status, stdout } = spawnSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" });
  return { SOURCE: IMAGE_SOURCE, REVISION: status === 0 ? stdout.trim() : undefined, VERSION: version };
}

function tellSizes() {
  const node = sizeOf(NODE_RUNTIME || read("Dockerfile.base").match(/^ARG NODE_RUNTIME=(.+)$/m)[1]);
  console.log();
  for (const image of services.map((service) => imageOf(service))) {
    const size = sizeOf(image);
    const told = size && node ? `  ${inMB(size)}, of which ${inMB(size - node)} are not Node's image` : "";
    console.log(image + told);
  }
}

/** In bytes; undefined when the tool that builds, or for a command of one's own any tool here, cannot tell. */
function sizeOf(image) {
  const asks = {
    docker: ["image", "inspect", "--format", "{{.Size}}"],
    podman: ["image", "inspect", "--format", "{{.Size}}"],
    buildah: ["images", "--format", "{{.Size}}"],
  };
  for (const name of basename(tool) in asks ? [basename(tool)] : Object.keys(asks)) {
    const { stdout } = spawnSync(name, [...asks[name], image], { encoding: "utf8" });
    const [, number, unit] = stdout?.match(/^([\d.]+) ?([KMG]?B)?$/m) ?? [];
    if (number) return number * { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }[unit ?? "B"];
  }
  return undefined;
}

function inMB(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function read(file) {
  return readFileSync(`${root}/${file}`, "utf8");
}
