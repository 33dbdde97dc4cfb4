import { defineConfig } from "vitest/config";

// The playground in a real browser is a run of its own (npm run test:browser): half a minute that most changes do not need.
const browser = "test/web/browser.test.ts";
const only = process.env.npm_lifecycle_event === "test:browser";

export default defineConfig({
  test: {
    include: only ? [browser] : ["test/**/*.test.ts"],
    exclude: only ? [] : [browser],
    // The default leaves one core idle; on two that doubles the time.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "./scripts/summary.mjs"],
  },
});
