import { GateReport } from "@canarec/inference/contract/gate-report";
import { ServiceError } from "@canarec/service-kit/errors";
import { type EndedCommand, lastWords } from "./ended-command.ts";

/** Bundles to hold against each other, by id. */
export interface GatedBundles {
  readonly main: string;
  readonly candidate: string;
}

/** How long a build's gate may take: it may have to train two bundles' models anew. */
export const GATE_LIMIT_MS = 1_800_000;

/** What the command line ends with for a command that it does not know. */
const WRONG_COMMAND_LINE = 2;

/** The command of a build that holds its bundle against main's. */
export function gateCommand({ main, candidate }: GatedBundles): readonly string[] {
  return ["cli/bin/canarec.mjs", "gate", "--main", main, "--candidate", candidate, "--json"];
}

/**
 * The report, from what the command wrote: whether it passed or was refused.
 *
 * @returns undefined for a build that is older than the gate.
 * @throws ServiceError "unavailable" where the gate itself failed, with the last it said.
 */
export function gateReportFrom(
  { exitCode, stdout, stderr }: EndedCommand,
  asked: GatedBundles,
): GateReport | undefined {
  if (exitCode === WRONG_COMMAND_LINE) return undefined;
  const parsed = GateReport.safeParse(jsonOf(stdout));
  const isAnswer =
    parsed.success &&
    parsed.data.main.bundleId === asked.main &&
    parsed.data.candidate.bundleId === asked.candidate;
  if (isAnswer && (exitCode === 0 || exitCode === 1)) return parsed.data;
  throw new ServiceError("unavailable", `its offline gate failed: ${lastWords(stderr)}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
