import { readImageNames } from "../../scripts/image-names.mjs";
import { readPlan } from "../../scripts/launcher/services.mjs";
import { root, run } from "./cluster.ts";

const { builder: builderWords, prefix, tag, imageOf: nameOf } = readImageNames(process.env);
const [builder = "", ...builderArgs] = builderWords;
const [loader = "", ...loaderArgs] = (process.env.IMAGE_LOAD || "kind load docker-image").split(/\s+/);
const plan = readPlan({}, root).services as readonly { readonly name: Service; readonly port: number }[];

/** A service with a database of its own. */
export type Store = "catalog" | "cart" | "order" | "payment";
export type Service = Store | "dashboard";

export const services: readonly Service[] = plan.map(({ name }) => name).sort();
export const stores: readonly Store[] = services.filter((service) => service !== "dashboard");

export const ports = Object.fromEntries(plan.map(({ name, port }) => [name, port])) as Readonly<
  Record<Service, number>
>;

export const imageTag = tag;

/** What the cluster knows a service's image by. */
export const imageOf = (service: Service, ofTag = tag): string => nameOf(service, ofTag);

/** The chart's values that name these images. */
export const imageValues = {
  registry: prefix.split("/").slice(0, -1).join("/"),
  repository: prefix.split("/").at(-1),
  tag,
};

/** Brings images from where they were built to where the cluster finds them. */
export async function loadImages(...images: readonly string[]): Promise<void> {
  for (const image of images) await run(loader, [...loaderArgs, image]);
}

/** Builds one more image of a service from a Dockerfile in `folder`, and loads it. */
export async function buildImage(service: Service, tag: string, folder: string): Promise<void> {
  const image = imageOf(service, tag);
  await run(builder, [...builderArgs, "-t", image, "-f", `${folder}/Dockerfile`, folder], { cwd: folder });
  await loadImages(image);
}

/** Builds and loads the images of all services, unless E2E_SKIP_BUILD=1 says that they are there. */
export async function prepareImages(signal: AbortSignal): Promise<void> {
  if (process.env.E2E_SKIP_BUILD === "1") return;
  console.log("Building and loading the images; some minutes at first");
  await run(process.execPath, ["scripts/images.mjs"], { cwd: root, withinMs: 1_800_000, signal });
  for (const service of services) await run(loader, [...loaderArgs, imageOf(service)], { signal });
}
