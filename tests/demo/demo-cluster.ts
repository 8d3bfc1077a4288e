import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ReleaseReport } from "@canarec/cli/release/control-api";

const run = promisify(execFile);
const CLI = join(import.meta.dirname, "..", "..", "cli", "bin", "canarec.mjs");

/** About 60 visits a second, so that minutes hold as many users as nights do elsewhere. */
export const TRAFFIC = { LONGEST_VISIT_MINUTES: "3", DAILY_SWING: "0" };
export const LINES_PER_SECOND = 260;

const OVER = ["promoted", "rolled-back", "aborted", "failed-to-start"];
/** Of a training's report. */
const OUTPUT_BYTES = 16_000_000;

export const say = (text: string) => process.stderr.write(`${text}\n`);

export interface Commands {
  /** @returns what it prints with `--json`. */
  readonly canarec: (...args: string[]) => Promise<unknown>;
  /** @returns the release's number. */
  readonly submit: (...args: string[]) => Promise<number>;
  /** Tells each state, until the release is over. @param onState awaited at each. */
  readonly untilOver: (
    releaseId: number,
    onState?: (state: string) => Promise<void>,
  ) => Promise<ReleaseReport>;
}

/** The `canarec` command on the cluster of a home. */
export function commandsOf(home: string): Commands {
  const canarec = async (...args: string[]): Promise<unknown> => {
    const all = [CLI, ...args, "--json", "--home", home];
    const { stdout } = await run(process.execPath, all, { maxBuffer: OUTPUT_BYTES });
    return JSON.parse(stdout);
  };
  const reportOf = async (id: number) =>
    ReleaseReport.parse(await canarec("release", "status", String(id)));
  return {
    canarec,
    submit: async (...args) => {
      const { releaseId } = (await canarec("release", "submit", ...args)) as { releaseId: number };
      return releaseId;
    },
    untilOver: async (id, onState) => {
      let state = "";
      for (;;) {
        const report = await reportOf(id);
        const isNew = report.rollout.state !== state;
        state = report.rollout.state;
        if (isNew) say(`  ${state}`);
        if (isNew) await onState?.(state);
        if (OVER.includes(state)) return report;
        await sleep(1_000);
      }
    },
  };
}
