import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import type { GATE_VERDICTS } from "../schema/gate-results.ts";

/** What the offline gate said of a release. */
export interface GateResult {
  readonly at: Date;
  readonly verdict: (typeof GATE_VERDICTS)[number];
  readonly actor: string;
  readonly reason: string;
  /** As inference's contract has it; null where nothing was compared. */
  readonly report: unknown;
}

/** A finished release with what was expected of it and what came of it. */
export interface CalibrationRow {
  readonly releaseId: number;
  readonly at: Date;
  readonly state: string;
  readonly report: unknown;
  /** The primary metric's contrast of its last verdict that had one. */
  readonly contrast: unknown;
}

export type GateRepository = ReturnType<typeof createGateRepository>;

/** Results of the offline gate; a release has at most one, which does not change. */
export function createGateRepository({ pool }: Pick<Database, "pool">) {
  return {
    async find(releaseId: number): Promise<GateResult | undefined> {
      const { rows } = await pool.query<GateResult>(
        "select at, verdict, actor, reason, report from gate_results where release_id = $1",
        [releaseId],
      );
      return rows[0];
    },
    write: (releaseId: number, result: GateResult) => insertGateResult(pool, releaseId, result),
    /** Releases in these states that were both gated and measured, the oldest first. */
    async calibration(states: readonly string[]): Promise<CalibrationRow[]> {
      const { rows } = await pool.query<CalibrationRow>(
        `select g.release_id as "releaseId", v.at, o.state, g.report, v.contrast
         from gate_results g join rollouts o using (release_id)
         join lateral (
           select at, record->'evidence'->'primary'->'difference' as contrast from verdicts
           where release_id = g.release_id
             and jsonb_typeof(record->'evidence'->'primary'->'difference') = 'object'
           order by "window" desc, at desc limit 1) as v on true
         where g.report is not null and o.state = any($1) order by g.release_id`,
        [states],
      );
      return rows;
    },
  };
}

/** The first result of a release stays. */
export async function insertGateResult(
  client: Queryable,
  releaseId: number,
  { at, verdict, actor, reason, report }: GateResult,
): Promise<void> {
  await client.query(
    `insert into gate_results (release_id, at, verdict, actor, reason, report)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [releaseId, at, verdict, actor, reason, report === null ? null : JSON.stringify(report)],
  );
}
