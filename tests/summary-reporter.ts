import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly skips: readonly { readonly name: string; readonly reason?: string | undefined }[];
  /** Files that could not be loaded, and errors outside any test. */
  readonly broken: readonly string[];
}

/** Writes what the run came to into the file that `CANAREC_TEST_SUMMARY` names. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env["CANAREC_TEST_SUMMARY"];
    if (file !== undefined)
      writeFileSync(file, JSON.stringify(summarise(modules, unhandledErrors)));
  }
}

function summarise(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): Summary {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const inState = (state: string) => tests.filter((test) => test.result().state === state);
  return {
    passed: inState("passed").length,
    // A test still pending at the end never ran to one.
    failed: inState("failed").length + inState("pending").length,
    skipped: inState("skipped").length,
    skips: inState("skipped").map((test) => ({ name: nameOf(test), reason: reasonOf(test) })),
    broken: [
      ...modules
        .filter(isBroken)
        .map((module) => `${module.relativeModuleId}: did not load or run`),
      ...unhandledErrors.map((error) => `unhandled error: ${error.message}`),
    ],
  };
}

/** Whether the file failed otherwise than by one of its tests. */
function isBroken(module: TestModule): boolean {
  const suites = [...module.children.allSuites()];
  return module.errors().length > 0 || suites.some((suite) => suite.errors().length > 0);
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === "skipped" ? result.note : undefined;
}
