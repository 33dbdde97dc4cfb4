// Last line of a test run: `N passed, N failed, N skipped`, counted from what the runner reports. A file that fails to load counts as one failure, an error outside any test too.
import { mkdirSync, writeFileSync } from "node:fs";

export default class Summary {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let failed = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        const kind = state === "passed" || state === "failed" ? state : "skipped";
        counts[kind]++;
        if (kind === "failed") failed++;
      }
      if (module.state() === "failed" && failed === 0) counts.failed++;
    }
    counts.failed += unhandledErrors.length;
    mkdirSync("test/reports", { recursive: true });
    writeFileSync("test/reports/vitest.json", JSON.stringify(counts));
    process.on("exit", () => console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`));
  }
}
