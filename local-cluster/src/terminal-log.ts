import { Presets, SingleBar } from "cli-progress";
import type { ClusterLog } from "./cluster-log.ts";

/** Without a terminal a bar is a line now and then. */
const PLAIN_BAR_MS = 5_000;

/** Writes to a stream, with a moving bar where it is a terminal. */
export function terminalLog(stream: NodeJS.WriteStream): ClusterLog {
  return {
    line: (text) => void stream.write(`${text}\n`),
    bar(title, total) {
      const bar = new SingleBar(
        {
          format: `  ${title.padEnd(18)} {bar} {percentage} % | {value}/{total} | {duration_formatted}, {eta_formatted} left`,
          stream,
          hideCursor: true,
          noTTYOutput: true,
          notTTYSchedule: PLAIN_BAR_MS,
          etaBuffer: 50,
        },
        Presets.shades_classic,
      );
      bar.start(total, 0);
      return {
        update(done, ofTotal) {
          bar.setTotal(ofTotal);
          bar.update(done);
        },
        stop: () => bar.stop(),
      };
    },
  };
}
