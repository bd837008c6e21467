import { root, run } from "./cluster.ts";

/** As scripts/images.mjs has them. */
const { IMAGE_BUILD, IMAGE_LOAD, IMAGE_PREFIX, IMAGE_TAG } = process.env;
const [builder = "", ...builderArgs] = (IMAGE_BUILD || "docker build").split(/\s+/);
const [loader = "", ...loaderArgs] = (IMAGE_LOAD || "kind load docker-image").split(/\s+/);
const prefix = IMAGE_PREFIX || "localhost/shop";

export type Service = "catalog" | "cart" | "order" | "payment";

export const services: readonly Service[] = ["catalog", "cart", "order", "payment"];

export const imageTag = IMAGE_TAG || "dev";

/** What the cluster knows a service's image by. */
export const imageOf = (service: Service, tag = imageTag): string => `${prefix}-${service}:${tag}`;

/** The chart's values that name these images. */
export const imageValues = {
  registry: prefix.split("/").slice(0, -1).join("/"),
  repository: prefix.split("/").at(-1),
  tag: imageTag,
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
export async function prepareImages(): Promise<void> {
  if (process.env.E2E_SKIP_BUILD === "1") return;
  console.log("Building and loading the images; some minutes at first");
  await run(process.execPath, ["scripts/images.mjs"], { cwd: root, withinMs: 1_800_000 });
  await loadImages(...services.map((service) => imageOf(service)));
}
