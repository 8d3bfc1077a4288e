import { ServiceError } from "@canarec/service-kit/errors";
import type { Database } from "../database.ts";

/** A replica that the control plane started. */
export interface ReplicaRow {
  readonly name: string;
  readonly releaseId: number;
  readonly runtime: string;
  readonly state: "starting" | "ready" | "draining" | "stopped" | "failed";
  readonly url: string | null;
  readonly handle: unknown;
  readonly startedAt: Date;
}

export type ControlRepository = ReturnType<typeof createControlRepository>;

/** What a controller keeps of the world: its epoch, the routing it wrote, the replicas it started. */
export function createControlRepository({ pool }: Pick<Database, "pool">) {
  return { ...routing(pool), ...replicas(pool), ...users(pool) };
}

type Pool = Database["pool"];

function routing(pool: Pool) {
  return {
    /** Begin to lead. @returns the epoch, larger than every one before. */
    async beginEpoch(leader: string, now: Date): Promise<number> {
      const { rows } = await pool.query<{ epoch: number }>(
        `insert into control_epoch ("only", epoch, leader, since) values (1, 1, $1, $2)
         on conflict ("only") do update set epoch = control_epoch.epoch + 1, leader = excluded.leader, since = excluded.since
         returning epoch`,
        [leader, now],
      );
      return rows[0]?.epoch ?? 0;
    },
    /** The routing that was written last. */
    async newestSnapshot(): Promise<unknown> {
      const { rows } = await pool.query<{ snapshot: unknown }>(
        "select snapshot from routing_snapshots order by version desc limit 1",
      );
      return rows[0]?.snapshot;
    },
    /** @throws ServiceError `failed_precondition` where another controller leads by now. */
    async writeSnapshot(snapshot: {
      readonly version: number;
      readonly epoch: number;
      readonly releaseId: number | null;
    }): Promise<void> {
      const written = await pool.query(
        `insert into routing_snapshots (version, epoch, created_at, release_id, snapshot)
         select $1, epoch, now(), $3, $4 from control_epoch where epoch = $2`,
        [snapshot.version, snapshot.epoch, snapshot.releaseId, JSON.stringify(snapshot)],
      );
      if (written.rowCount !== 1) {
        throw new ServiceError("failed_precondition", "another controller leads by now");
      }
    },
  };
}

function replicas(pool: Pool) {
  return {
    async replicas(): Promise<ReplicaRow[]> {
      const { rows } = await pool.query<ReplicaRow>(
        `select name, release_id as "releaseId", runtime, state, url, handle,
           started_at as "startedAt" from replicas
         where state in ('starting', 'ready', 'draining') order by started_at, name`,
      );
      return rows;
    },
    /** The number of the next replica of a release: names are never used twice. */
    async countReplicas(releaseId: number): Promise<number> {
      const { rows } = await pool.query<{ count: number }>(
        "select count(*) from replicas where release_id = $1",
        [releaseId],
      );
      return rows[0]?.count ?? 0;
    },
    async saveReplica(row: ReplicaRow, detail: unknown = null): Promise<void> {
      await pool.query(
        `insert into replicas (name, release_id, runtime, state, url, handle, started_at, detail)
         values ($1, $2, $3, $4, $5, $6, now(), $7)
         on conflict (name) do update set state = excluded.state, url = coalesce(excluded.url, replicas.url),
           handle = coalesce(excluded.handle, replicas.handle), detail = coalesce(excluded.detail, replicas.detail),
           stopped_at = case when excluded.state in ('stopped', 'failed') then now() end`,
        [
          ...[row.name, row.releaseId, row.runtime, row.state, row.url],
          ...[row.handle === null ? null : JSON.stringify(row.handle)],
          detail === null ? null : JSON.stringify(detail),
        ],
      );
    },
  };
}

function users(pool: Pool) {
  return {
    /** Users who asked lately, each once: requests to warm a replica with. */
    async recentUsers(limit: number): Promise<number[]> {
      const { rows } = await pool.query<{ id: number }>(
        `select user_id as id from (
           select user_id from exposures where answered_at > now() - interval '1 day'
           order by answered_at desc limit $1) as recent group by user_id`,
        [limit],
      );
      return rows.map(({ id }) => id);
    },
  };
}
