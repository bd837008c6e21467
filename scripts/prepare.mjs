// Makes the checkout ready without starting anything: dependencies and, with `--build`, the compiled services.
import { requireNode } from "./launcher/node-version.mjs";

requireNode();
import("./launcher/prepare.mjs").then(({ prepareOnly }) => prepareOnly({ build: process.argv.includes("--build") }));
