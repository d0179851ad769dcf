import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with `N passed, N failed`, names the tests that a missing tool has left out, and lets none be
 * left out where GATE_TESTS_COMPLETE is set, as CI does.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const skipped = tests.filter((test) => test.result().state === "skipped");
    for (const test of skipped) process.stdout.write(`skipped  ${test.fullName}\n`);
    const notRun = modules.filter(
      (module) => module.state() === "failed" && module.errors().length > 0,
    ).length;
    const failed = count("failed") + notRun;
    if (skipped.length > 0 && process.env.GATE_TESTS_COMPLETE === "1") {
      process.stdout.write("CI has every tool: a skipped test is a failure\n");
      process.exitCode = 1;
      process.stdout.write(`${count("passed")} passed, ${failed + skipped.length} failed\n`);
      return;
    }
    const rest = skipped.length === 0 ? "" : `, ${skipped.length} skipped`;
    process.stdout.write(`${count("passed")} passed, ${failed} failed${rest}\n`);
  }
}
