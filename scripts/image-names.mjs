import { basename } from "node:path";
import { serviceFolders } from "./launcher/services.mjs";

/** The services that have an image. */
export const services = serviceFolders.map((folder) => basename(folder)).sort();

/**
 * What the environment says of images: `{ builder, prefix, tag, imageOf }`. `builder` is the command that builds one, as a
 * list of words; `imageOf(part)` is `<prefix>-<part>:<tag>`.
 */
export function readImageNames({ IMAGE_BUILD, IMAGE_PREFIX, IMAGE_TAG }) {
  const builder = (IMAGE_BUILD || "docker build").split(/\s+/);
  const prefix = IMAGE_PREFIX || "localhost/shop";
  const tag = IMAGE_TAG || "dev";
  return { builder, prefix, tag, imageOf: (part, ofTag = tag) => `${prefix}-${part}:${ofTag}` };
}
