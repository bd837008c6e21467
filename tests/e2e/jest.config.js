import base from "../../jest.config.js";

export default {
  rootDir: "../..",
  testMatch: ["<rootDir>/tests/e2e/*.e2e.ts"],
  testEnvironment: base.testEnvironment,
  testEnvironmentOptions: base.testEnvironmentOptions,
  globalSetup: base.globalSetup,
  globalTeardown: base.globalTeardown,
  extensionsToTreatAsEsm: base.extensionsToTreatAsEsm,
  transform: base.transform,
  modulePathIgnorePatterns: base.modulePathIgnorePatterns,
  // One after the other: what is measured is not disturbed, and a small cluster has room for it.
  maxWorkers: 1,
  testTimeout: 300_000,
};
