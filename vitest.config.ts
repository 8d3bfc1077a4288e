import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** A busy machine with two cores shall not fail a test that is merely late. */
const UNIT_TIMEOUT_MS = 120_000;
const INTEGRATION_TIMEOUT_MS = 120_000;
const E2E_TIMEOUT_MS = 300_000;
/** The first start of a cluster embeds movies. */
const FIRST_START_MS = 900_000;

/** Every core: by itself the runner leaves one alone, which is half of two. */
const UNIT_WORKERS = availableParallelism();
/** Tests with servers wait more than they work. */
const INTEGRATION_WORKERS = Math.max(3, availableParallelism() - 1);
/** Each runs a whole cluster, and waits for it half of the time. */
const E2E_WORKERS = 2;

export default defineConfig({
  test: {
    coverage: {
      provider: "v8",
      include: ["*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.suite.ts", "**/*fixture.ts"],
      reporter: ["json-summary", "html"],
      reportOnFailure: true,
    },
    projects: [
      {
        test: {
          name: "unit",
          include: ["*/src/**/*.test.ts", "local-cluster/bootstrap/*.test.mjs", "tests/*.test.ts"],
          maxWorkers: UNIT_WORKERS,
          isolate: false, // they start nothing and share nothing: the modules of a worker are loaded once
          testTimeout: UNIT_TIMEOUT_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: ["tests/global-setup.ts"],
          maxWorkers: INTEGRATION_WORKERS,
          testTimeout: INTEGRATION_TIMEOUT_MS,
          hookTimeout: INTEGRATION_TIMEOUT_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          testTimeout: E2E_TIMEOUT_MS,
          hookTimeout: FIRST_START_MS,
          maxWorkers: E2E_WORKERS,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
