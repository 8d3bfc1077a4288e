import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { gate, warnOfNoData } from "../gate/gate-action.ts";
import { gateInWords } from "../gate/gate-words.ts";
import { withDatabase } from "../with-database.ts";
import { type ControlApi, type ReleaseReport, actor } from "./control-api.ts";

export interface SubmittedGateOptions extends CommonOptions {
  readonly bundle?: string;
  readonly emergency?: boolean;
  readonly gate?: boolean;
}

const Main = z.object({ main: z.object({ bundleId: z.string().nullable() }).nullable() });

/**
 * What a submission says of the offline gate: where its bundle is named, the gate is asked now; else by the
 * control plane, when the bundle is built.
 *
 * A report that refuses the bundle is printed, and sent all the same: the control plane refuses the release
 * for it, and has it on record.
 */
export async function submittedGate(
  context: CliContext,
  options: SubmittedGateOptions,
  api: ControlApi,
): Promise<unknown> {
  if (options.gate === false) return { kind: "skipped", reason: `${actor()} said --no-gate` };
  if (options.bundle === undefined || options.emergency === true) return undefined;
  const candidate = options.bundle;
  const { main } = Main.parse(await api.get("/status"));
  const served = main?.bundleId ?? candidate;
  if (served === candidate) return undefined;
  const bundles = { main: served, candidate };
  const report = await withDatabase(context, options, (database, servers) =>
    gate({ database, servers, signal: context.signal }, bundles),
  );
  if (report.verdict === "fail") context.terminal.err(`${gateInWords(report)}\n`);
  warnOfNoData(context, report);
  return { kind: "report", report };
}

/** What the gate said of a release, as lines. */
export function gateView({ gate: found }: ReleaseReport): string[] {
  if (found === null) return [];
  const { at, verdict, actor: by, reason, report } = found;
  const head = `The offline gate (${at.slice(0, 19)}, ${by}): ${verdict}`;
  if (report === null) return [`${head}, ${reason}`, ""];
  return [head, gateInWords(report), ""];
}
