import { defineConfig } from "vitest/config";

const common = { setupFiles: ["test/rig/properties.ts"], testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Most tests wait for processes: a core kept free for vitest itself would be idle, of two cores one.
    maxWorkers: "100%",
    reporters: ["default", "./test/rig/closing-line.ts"],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], ...common } },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/rig/build.ts"],
          ...common,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/rig/build.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
