import type { Database } from "@canarec/db-utils/database";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import type { GateReport } from "../contract/gate-report.ts";
import type { GateMargins } from "../evaluation/gate-margins.ts";
import type { ListRules } from "../list-rules.ts";
import { checkAnswers } from "./check-answers.ts";
import { type OpenBundle, compareAtSplit } from "./compare-at-split.ts";
import { modelOf, readBundle } from "./gated-model.ts";
import { createListMaker } from "./list-maker.ts";
import { measureLatency } from "./measure-latency.ts";
import type { Refit } from "./refit.ts";
import { type Found, reportOf } from "./report-of.ts";

export interface GateOptions {
  readonly database: Pick<Database, "pool">;
  /** Ids of bundles. */
  readonly main: string;
  readonly candidate: string;
  /** Their seed is of the samples, too. */
  readonly margins: GateMargins;
  /** Users that are tested, at most. */
  readonly limit: number;
  /** As replicas are given them. */
  readonly rules: ListRules;
  /** Absent: bundles are tested on what came after their training alone. */
  readonly refit?: Refit | undefined;
  /** Of a clock that does not jump. */
  readonly nowMs: () => number;
}

/**
 * Hold a candidate's bundle against main's on what users did. Nothing is written.
 *
 * @throws ServiceError "not_found" where there is no such candidate; whatever the database throws.
 */
export async function runGate(options: GateOptions): Promise<GateReport> {
  const { margins, nowMs } = options;
  const startedMs = nowMs();
  const candidate = await openOrWhy(options, options.candidate);
  const main = await openOrWhy(options, options.main).catch((failure: unknown) => ({
    damage: messageOf(failure),
  }));
  const found = await look(options, main, candidate);
  const seconds = (nowMs() - startedMs) / 1_000;
  return reportOf(found, {
    main: { bundleId: options.main, highEventAt: highEventAtOf(main) },
    candidate: { bundleId: options.candidate, highEventAt: highEventAtOf(candidate) },
    ...{ margins, seconds },
  });
}

type Opened = OpenBundle | { readonly damage: string };

/** What is wrong with a bundle is a finding, not a failure. @throws ServiceError "not_found" */
async function openOrWhy(
  { database, rules: { hideAdult, barring } }: Pick<GateOptions, "database" | "rules">,
  bundleId: string,
): Promise<Opened> {
  try {
    const contents = await readBundle(database, bundleId);
    const model = await modelOf(database, { bundleId, contents, hideAdult });
    const maker = createListMaker(model, barring);
    return { bundleId, contents, maker };
  } catch (failure) {
    const { code, message } = ServiceError.from(failure);
    if (code !== "data_loss" && code !== "failed_precondition") throw failure;
    return { damage: message };
  }
}

/** ISO 8601; null where it knows of none, or cannot be read. */
function highEventAtOf(read: Opened): string | null {
  if ("damage" in read) return null;
  const { watermark, learned } = read.contents;
  const times = [watermark.highEventAt, learned?.from.until].filter((at) => typeof at === "string");
  return times.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null;
}

async function look(options: GateOptions, main: Opened, candidate: Opened): Promise<Found> {
  const { database, rules, nowMs } = options;
  const { seed } = options.margins;
  if ("damage" in candidate) return { damage: candidate.damage };
  const answers = await checkAnswers(database, candidate.maker, {
    seed,
    rule: rules.barring,
  });
  if ("damage" in main) {
    return { answers, noData: `there is no main to compare with: ${main.damage}` };
  }
  const makers = { main: main.maker, candidate: candidate.maker };
  const latency = await measureLatency(database, makers, { seed, nowMs });
  return { answers, latency, ...(await compareAtSplit(options, { main, candidate })) };
}
