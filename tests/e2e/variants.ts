import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCopy, copyCheckout } from "../chaos/mutations/copy.ts";
import { root } from "./cluster.ts";
import { buildImage, imageOf, type Service } from "./images.ts";

/** The service's image under another tag, as the next version of the same code would be. */
export const buildNext = (service: Service, tag: string): Promise<void> =>
  inFolder((folder) => build(service, tag, folder, [`LABEL org.opencontainers.image.version="${tag}"`]));

/** An image of the service from changed sources: `changes` are by their paths in the service's `src`. */
export const buildChanged = (
  service: Service,
  tag: string,
  changes: Readonly<Record<string, (source: string) => string>>,
): Promise<void> =>
  inFolder(async (folder) => {
    const copy = join(folder, "copy");
    copyCheckout(root, copy);
    for (const [path, change] of Object.entries(changes)) {
      const file = join(copy, "services", service, "src", path);
      const before = readFileSync(file, "utf8");
      const after = change(before);
      if (after === before) throw new Error(`${file} was to be changed, and is as it was`);
      writeFileSync(file, after);
    }
    await buildCopy(copy);
    const context = join(folder, "context");
    const main = `services/${service}/dist/main.js`;
    cpSync(join(copy, main), join(context, "main.js"));
    await build(service, tag, context, [`COPY main.js ${main}`]);
  });

async function build(service: Service, tag: string, folder: string, lines: readonly string[]): Promise<void> {
  writeFileSync(join(folder, "Dockerfile"), [`FROM ${imageOf(service)}`, ...lines, ""].join("\n"));
  await buildImage(service, tag, folder);
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "shop-e2e-image-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
