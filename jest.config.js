import { availableParallelism } from "node:os";

export default {
  testMatch: [
    "<rootDir>/services/*/src/**/*.test.ts",
    "<rootDir>/services/*/page/src/**/*.test.ts",
    "<rootDir>/tests/**/*.test.ts",
  ],
  testEnvironment: "node",
  globalSetup: "<rootDir>/tests/global-setup.js",
  globalTeardown: "<rootDir>/tests/global-teardown.js",
  testEnvironmentOptions: { customExportConditions: ["source", "node", "node-addons"] },
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  modulePathIgnorePatterns: ["<rootDir>/services/[^/]+/dist/"],
  // For a test that hangs. What must be fast has a bound of its own; a busy machine with a browser is not that.
  testTimeout: 60000,
  // Jest leaves a core to itself, which on two cores leaves the tests one; they wait for their shops more than they count.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
