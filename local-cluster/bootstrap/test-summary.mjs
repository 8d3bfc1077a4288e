/**
 * What a run of the tests comes to, decided on plain values.
 *
 * @typedef {{ passed: number, failed: number, skipped: number,
 *   skips: { name: string, reason?: string }[], broken: string[] }} Summary
 *   `broken`: test files that could not be loaded, and errors outside any test.
 */

/**
 * @param {Summary | undefined} summary undefined if the runner did not get as far as writing one.
 * @param {number} runnerCode the test runner's exit code.
 * @param {readonly string[]} failedChecks names of the checks before the tests that failed.
 * @returns {{ lines: string[], code: number }} lines for the end of the output, and the exit code.
 */
export function concludeTests(summary, runnerCode, failedChecks) {
  const { passed, failed, skipped, skips, broken } = summary ?? {
    ...{ passed: 0, failed: 0, skipped: 0, skips: [] },
    broken: [`the test runner ended with exit code ${runnerCode} and no result`],
  };
  const lines = [
    ...skips.map((skip) => `skipped: ${skip.name}: ${skip.reason ?? "no reason given"}`),
    ...broken.map((what) => `broken: ${what}`),
    ...failedChecks.map((check) => `failed: ${check}`),
  ];
  const failures = failed + broken.length + failedChecks.length;
  if (passed + failures === 0) lines.push("no test ran");
  lines.push(`${passed} passed, ${failures} failed, ${skipped} skipped`);
  return { lines, code: failures > 0 || runnerCode !== 0 || passed === 0 ? 1 : 0 };
}
