import { type Logger, createLogger } from "@canarec/service-kit/logging";

/** A logger whose lines can be read. */
export function logLines(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const log = createLogger("monitoring", "debug", { write: (line) => void lines.push(line) });
  return { log, lines };
}

/** Wait until it holds; the suite's own time limit ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
