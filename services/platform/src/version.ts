import { readFileSync } from "node:fs";

/** The release: all services share one, and it stands in the platform's package.json beside src and dist. */
export const version: string = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
