import type { Queryable } from "../queryable.ts";
import type { WindowKey } from "./users.ts";

export interface VerdictRow extends WindowKey {
  readonly at: Date;
  readonly row: number;
  readonly kind: string;
  readonly action: string;
  readonly reason: string;
  /** Everything that led to it. */
  readonly record: unknown;
}

/** Keep a verdict; one that is there for the moment stays as it is. @returns whether it was new. */
export async function insertVerdict(client: Queryable, verdict: VerdictRow): Promise<boolean> {
  const { releaseId, window, at, row, kind, action, reason, record } = verdict;
  const { rowCount } = await client.query(
    `insert into verdicts (release_id, "window", at, "row", kind, action, reason, record)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [releaseId, window, at, row, kind, action, reason, JSON.stringify(record)],
  );
  return rowCount === 1;
}

const SELECT = `select release_id as "releaseId", "window", at, "row", kind, action, reason, record from verdicts`;

/** The newest verdict of a window. */
export async function latestVerdict(
  client: Queryable,
  { releaseId, window }: WindowKey,
): Promise<VerdictRow | undefined> {
  const { rows } = await client.query<VerdictRow>(
    `${SELECT} where release_id = $1 and "window" = $2 order by at desc limit 1`,
    [releaseId, window],
  );
  return rows[0];
}

/** The newest verdict of a release, of whatever window. */
export async function latestVerdictOfRelease(
  client: Queryable,
  releaseId: number,
): Promise<VerdictRow | undefined> {
  const { rows } = await client.query<VerdictRow>(
    `${SELECT} where release_id = $1 order by at desc limit 1`,
    [releaseId],
  );
  return rows[0];
}
