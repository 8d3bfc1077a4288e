import type { CliContext, CommonOptions } from "../cli-context.ts";

/** Print a command's result: as one JSON document for machines, or as `human` words it. */
export function printResult<T>(
  context: CliContext,
  options: CommonOptions,
  result: T,
  human: (result: T) => string,
): void {
  const text = options.json === true ? JSON.stringify(result, null, 2) : human(result);
  context.terminal.out(`${text}\n`);
}
