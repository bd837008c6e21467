import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { serviceFolders } from "./launcher/services.mjs";

// One file a service: Node reads one instead of some 900, and a service is ready in two thirds of the time.
// node-sqlite3 stays outside because it is machine code; knex names the other drivers, which nobody installs.
const absentDrivers = [
  "better-sqlite3",
  "mariadb",
  "mysql",
  "mysql2",
  "oracledb",
  "pg",
  "pg-native",
  "pg-query-stream",
  "tedious",
];

await build({
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: [
    ...serviceFolders.map((folder) => ({ in: `${folder}/src/main.ts`, out: `${folder}/dist/main` })),
    { in: "services/payment/src/provider-main.ts", out: "services/payment/dist/provider-main" },
    // For images, which hold no packages but the driver.
    { in: "scripts/restore.mjs", out: "dist/restore" },
  ],
  outdir: ".",
  bundle: true,
  conditions: ["source"],
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  external: ["sqlite3", "pino-pretty", ...absentDrivers],
  // The bundled CommonJS packages ask for Node's own modules by require.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "warning",
});
