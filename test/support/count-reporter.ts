/** Prints `N passed, N failed` alone on the last line, for whoever reads the output by machine. */
import type { Reporter, TestCase } from 'vitest/node';

export default class CountReporter implements Reporter {
  #passed = 0;
  #failed = 0;

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed') this.#passed += 1;
    if (state === 'failed') this.#failed += 1;
  }

  onTestModuleEnd(module: { errors(): readonly unknown[] }): void {
    // A file that does not even load has no test to fail.
    this.#failed += module.errors().length;
  }

  onTestRunEnd(): void {
    process.on('exit', () => {
      process.stdout.write(`${this.#passed} passed, ${this.#failed} failed\n`);
    });
  }
}
