// Sets up what is missing, then runs the whole shop until it is told to stop: `make run`, or `npm start` anywhere.
// `--watch` runs the sources and restarts a service when one of its files changes: `make dev`.
import { requireNode } from "./launcher/node-version.mjs";

requireNode();
// Imported late, so that a Node too old to read these files has been told so before it tries.
import("./launcher/run-shop.mjs").then(({ runShop }) => runShop({ watch: process.argv.includes("--watch") }));
