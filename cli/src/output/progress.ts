import { Presets, SingleBar } from "cli-progress";
import type { CliContext, CommonOptions } from "../cli-context.ts";

/** Shows how far something is; nothing where nobody is looking. */
export interface Progress extends Disposable {
  /** @param note shown behind the bar, such as a rate. */
  update(done: number, total: number, note?: string): void;
}

/** A bar on standard error, for a person; results on standard output stay clean. */
export function startProgress(
  context: CliContext,
  options: CommonOptions,
  label: string,
): Progress {
  if (!context.terminal.isInteractive || options.json === true) {
    return { update: () => undefined, [Symbol.dispose]: () => undefined };
  }
  const format = `${label} {bar} {value}/{total} {note}`;
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true }, Presets.rect);
  bar.start(0, 0, { note: "" });
  return {
    update: (done, total, note = "") => {
      bar.setTotal(total);
      bar.update(done, { note });
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
