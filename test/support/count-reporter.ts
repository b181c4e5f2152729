/** Prints `N passed, N failed` alone on the last line, for whoever reads the output by machine. */
import type { Reporter, TestCase } from 'vitest/node';

export default class CountReporter implements Reporter {
  #counts = { passed: 0, failed: 0, skipped: 0 };
  #broken = 0;

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state !== 'pending') this.#counts[state] += 1;
  }

  onTestModuleEnd(module: { errors(): readonly unknown[] }): void {
    // A file that does not even load has no test to fail.
    this.#broken += module.errors().length;
  }

  onTestRunEnd(): void {
    process.on('exit', () => {
      const { passed, failed, skipped } = this.#counts;
      const tail = skipped > 0 ? `, ${skipped} skipped` : '';
      process.stdout.write(`${passed} passed, ${failed + this.#broken} failed${tail}\n`);
    });
  }
}
