import { ServiceError } from "@canarec/service-kit/errors";
import type { Database } from "../database.ts";
import { type Notice, insertNotice } from "../notices/notice-repository.ts";
import type { Queryable } from "../queryable.ts";
import { type GateResult, insertGateResult } from "./gate-repository.ts";

/** A release as it was submitted. */
export interface Release {
  readonly releaseId: number;
  readonly submittedAt: Date;
  /** `trial` is judged; `main` is put in place as it is. */
  readonly kind: "trial" | "main";
  readonly ref: string;
  readonly code: string;
  readonly build: string;
  readonly bundleId: string | null;
  readonly plan: unknown;
  readonly planHash: string;
  readonly expectation: unknown;
  readonly actor: string;
  readonly source: string;
  readonly tag: string | null;
}

export type NewRelease = Omit<Release, "releaseId">;

/** A change of a rollout, as it is written before it is acted on. */
export interface RolloutChange {
  readonly releaseId: number;
  readonly at: Date;
  readonly epoch: number;
  /** The number of the change; it must follow the last one. */
  readonly sequence: number;
  readonly fromState: string | null;
  readonly toState: string;
  readonly fromStep: number | null;
  readonly toStep: number;
  readonly window: number;
  readonly actor: string;
  readonly reason: string;
  readonly evidence: unknown;
  readonly decidedFrom: unknown;
  /** The rollout as it is from now on. */
  readonly detail: unknown;
  readonly notice?: Notice | undefined;
}

export interface RolloutRow {
  readonly releaseId: number;
  readonly state: string;
  readonly detail: unknown;
  readonly sequence: number;
}

export interface StoredVerdict {
  readonly releaseId: number;
  readonly window: number;
  readonly at: Date;
  readonly row: number;
  readonly kind: string;
  readonly action: string;
  readonly reason: string;
}

const COLUMNS = `release_id as "releaseId", submitted_at as "submittedAt", kind, ref, code, build, bundle_id as "bundleId",
  plan, plan_hash as "planHash", expectation, actor, source, tag`;

export type ReleaseRepository = ReturnType<typeof createReleaseRepository>;

type Pool = Database["pool"];

/** Releases, their rollouts, and every change of these. */
export function createReleaseRepository(db: Pick<Database, "pool" | "transaction">) {
  const { pool } = db;
  return { ...writing(db), ...readingReleases(pool), ...readingRollouts(pool), ...history(pool) };
}

function writing(db: Pick<Database, "pool" | "transaction">) {
  const { pool } = db;
  return {
    /**
     * Write a release and the first change of its rollout.
     *
     * @param gate what the offline gate said, where it was asked before.
     * @throws ServiceError `failed_precondition` for a tag that was submitted before.
     */
    submit: (release: NewRelease, first: (releaseId: number) => RolloutChange, gate?: GateResult) =>
      db.transaction(async ({ client }) => {
        const { rows } = await client.query<{ id: number }>(
          `insert into releases (submitted_at, kind, ref, code, build, bundle_id, plan, plan_hash, expectation, actor,
             source, tag) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           on conflict (tag) do nothing returning release_id as id`,
          [
            ...[release.submittedAt, release.kind, release.ref, release.code, release.build],
            ...[release.bundleId, JSON.stringify(release.plan), release.planHash],
            ...[JSON.stringify(release.expectation ?? null), release.actor, release.source],
            release.tag,
          ],
        );
        const id = rows[0]?.id;
        if (id === undefined) {
          throw new ServiceError(
            "failed_precondition",
            `the tag ${release.tag ?? ""} was submitted before`,
          );
        }
        await writeChange(client, first(id));
        if (gate !== undefined) await insertGateResult(client, id, gate);
        return id;
      }),
    /** Write a change, unless another controller leads by now, or has written one. */
    change: (change: RolloutChange) => db.transaction(({ client }) => writeChange(client, change)),
    async setBundle(releaseId: number, bundleId: string): Promise<void> {
      await pool.query(
        "update releases set bundle_id = $2 where release_id = $1 and bundle_id is null",
        [releaseId, bundleId],
      );
    },
    async pinBundle(bundleId: string): Promise<void> {
      await pool.query("update bundles set pinned = true where bundle_id = $1", [bundleId]);
    },
  };
}

function readingReleases(pool: Pool) {
  return {
    async find(releaseId: number): Promise<Release | undefined> {
      const { rows } = await pool.query<Release>(
        `select ${COLUMNS} from releases where release_id = $1`,
        [releaseId],
      );
      return rows[0];
    },
    async list(limit: number): Promise<(Release & { state: string })[]> {
      const { rows } = await pool.query<Release & { state: string }>(
        `select ${COLUMNS}, state from releases join rollouts using (release_id)
         order by release_id desc limit $1`,
        [limit],
      );
      return rows;
    },
  };
}

function readingRollouts(pool: Pool) {
  return {
    /** Rollouts whose state is not one of these, oldest release first. */
    async rolloutsNotIn(states: readonly string[]): Promise<RolloutRow[]> {
      const { rows } = await pool.query<RolloutRow>(
        `select release_id as "releaseId", state, detail, sequence from rollouts
         where not (state = any($1)) order by release_id`,
        [states],
      );
      return rows;
    },
    async rollout(releaseId: number): Promise<RolloutRow | undefined> {
      const { rows } = await pool.query<RolloutRow>(
        `select release_id as "releaseId", state, detail, sequence from rollouts where release_id = $1`,
        [releaseId],
      );
      return rows[0];
    },
    /** The releases that became main, newest first: what a roll-back ended is none of them. */
    async mains(limit: number): Promise<Release[]> {
      const { rows } = await pool.query<Release>(
        `select ${COLUMNS} from releases join rollouts r using (release_id)
         where r.state = 'promoted'
         order by (r.detail->>'promotedAtMs')::float8 desc limit $1`,
        [limit],
      );
      return rows;
    },
  };
}

function history(pool: Pool) {
  return {
    async changes(releaseId: number): Promise<Record<string, unknown>[]> {
      const { rows } = await pool.query<Record<string, unknown>>(
        `select sequence, at, epoch, from_state as "fromState", to_state as "toState", from_step as "fromStep",
           to_step as "toStep", actor, reason, evidence
         from rollout_transitions where release_id = $1 order by sequence`,
        [releaseId],
      );
      return rows;
    },
    async newestVerdict(releaseId: number): Promise<StoredVerdict | undefined> {
      const { rows } = await pool.query<StoredVerdict>(
        `select release_id as "releaseId", "window", at, row, kind, action, reason from verdicts
         where release_id = $1 order by "window" desc, at desc limit 1`,
        [releaseId],
      );
      return rows[0];
    },
    async verdictRecord(releaseId: number): Promise<unknown> {
      const { rows } = await pool.query<{ record: unknown }>(
        `select record from verdicts where release_id = $1 order by "window" desc, at desc limit 1`,
        [releaseId],
      );
      return rows[0]?.record;
    },
  };
}

/** @throws ServiceError `failed_precondition` where the epoch or the sequence is not the expected one. */
async function writeChange(client: Queryable, change: RolloutChange): Promise<void> {
  const { rows } = await client.query<{ epoch: number }>(
    `select epoch from control_epoch where "only" = 1 for share`,
  );
  if (rows[0]?.epoch !== change.epoch) {
    throw new ServiceError("failed_precondition", "another controller leads by now");
  }
  const written = await client.query(
    `insert into rollouts (release_id, state, step, "window", detail, sequence, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (release_id) do update set state = excluded.state, step = excluded.step,
       "window" = excluded."window", detail = excluded.detail, sequence = excluded.sequence,
       updated_at = excluded.updated_at
     where rollouts.sequence = excluded.sequence - 1`,
    [
      ...[change.releaseId, change.toState, change.toStep, change.window],
      ...[JSON.stringify(change.detail), change.sequence, change.at],
    ],
  );
  if (written.rowCount !== 1)
    throw new ServiceError("failed_precondition", "the rollout has changed meanwhile");
  await client.query(
    `insert into rollout_transitions (release_id, sequence, at, epoch, from_state, to_state, from_step, to_step, actor,
       reason, evidence, decided_from) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[change.releaseId, change.sequence, change.at, change.epoch, change.fromState],
      ...[change.toState, change.fromStep, change.toStep, change.actor, change.reason],
      ...[JSON.stringify(change.evidence ?? {}), JSON.stringify(change.decidedFrom ?? {})],
    ],
  );
  const { notice } = change;
  if (notice === undefined) return;
  await insertNotice(client, notice, { at: change.at, releaseId: change.releaseId });
}
