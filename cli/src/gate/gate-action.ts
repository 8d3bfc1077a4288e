import { performance } from "node:perf_hooks";
import type { Database } from "@canarec/db-utils/database";
import type { GateReport } from "@canarec/inference/contract/gate-report";
import { type GateMargins, parseGateMargins } from "@canarec/inference/evaluation/gate-margins";
import type { Refit } from "@canarec/inference/gate/refit";
import { runGate } from "@canarec/inference/gate/run-gate";
import { openProducts } from "@canarec/inference/training/open-products";
import { ServiceError } from "@canarec/service-kit/errors";
import { findBundleId } from "@canarec/vectordb-scripts/bundle/read-bundles";
import { refitBundle } from "@canarec/vectordb-scripts/bundle/refit-bundle";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import type { Servers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { withDatabase } from "../with-database.ts";
import { gateInWords } from "./gate-words.ts";

export interface GateOptions extends CommonOptions, Partial<GateMargins> {
  /** Ids of bundles, or the beginnings of them, or `newest`. */
  readonly main: string;
  readonly candidate: string;
  /** To test on, at most. */
  readonly users?: number;
  /** For products of matrices, where models are trained anew. */
  readonly threads?: number;
}

/** Users tested at most: paired differences of so many are sure to the third digit. */
const MOST_USERS = 5_000;
const THREADS = 2;

/**
 * `canarec gate`
 *
 * @throws ServiceError "failed_precondition" where the candidate is refused, after the report was printed.
 */
export async function gateAction(context: CliContext, options: GateOptions): Promise<void> {
  const report = await withDatabase(context, options, async (database, servers) => {
    const { signal } = context;
    const main = await findBundleId(database, options.main);
    const candidate = await findBundleId(database, options.candidate);
    return await gate({ database, servers, signal }, { ...options, main, candidate });
  });
  printResult(context, options, report, gateInWords);
  warnOfNoData(context, report);
  if (report.verdict !== "fail") return;
  throw new ServiceError("failed_precondition", `refused: ${report.reasons.join("; ")}`);
}

/** What the gate works on. */
export interface GateWorld {
  readonly database: Database;
  readonly servers: Pick<Servers, "chromaUrl" | "listRules">;
  readonly signal: AbortSignal;
}

/** Hold one bundle against another, by their full ids. */
export async function gate(
  { database, servers, signal }: GateWorld,
  options: GateOptions,
): Promise<GateReport> {
  const { main, candidate, users: limit = MOST_USERS, threads = THREADS } = options;
  const { lossShare, level, leastUsers, coverageShare, p99Ms, slowdown, seed } = options;
  const declared = { lossShare, level, leastUsers, coverageShare, p99Ms, slowdown, seed };
  const margins = parseGateMargins(declared);
  const nowMs = () => performance.now();
  await using products = openProducts(threads);
  // Asked only where something is trained anew; what happened at the very time was known.
  const refit: Refit = (contents, at) => {
    const sources = { database, chromaUrl: servers.chromaUrl(), products, signal, nowMs };
    return refitBundle(sources, contents, new Date(at.getTime() + 1));
  };
  const rules = servers.listRules;
  return await runGate({ database, main, candidate, margins, limit, rules, refit, nowMs });
}

/** Nothing was compared: not a refusal, but worth a look. */
export function warnOfNoData(context: CliContext, { verdict, reasons }: GateReport): void {
  if (verdict !== "no-data") return;
  context.terminal.err(`canarec: the offline gate compared nothing: ${reasons.join("; ")}\n`);
}
