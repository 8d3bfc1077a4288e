import { ServiceError } from "@canarec/service-kit/errors";
import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import type { RELEASED_SERVICES, SERVICE_RELEASE_STATES } from "../schema/service-releases.ts";

export type ReleasedService = (typeof RELEASED_SERVICES)[number];
export type ServiceReleaseState = (typeof SERVICE_RELEASE_STATES)[number];

/** A build of a service, and what became of it. */
export interface ServiceRelease {
  readonly serviceReleaseId: number;
  readonly submittedAt: Date;
  readonly service: ReleasedService;
  readonly ref: string;
  /** Full commit. */
  readonly code: string;
  readonly tag: string | null;
  readonly actor: string;
  readonly source: string;
  readonly state: ServiceReleaseState;
  readonly changedAt: Date;
  readonly reason: string;
}

export type NewServiceRelease = Pick<
  ServiceRelease,
  "submittedAt" | "service" | "ref" | "code" | "tag" | "actor" | "source"
>;

/** A change of state, with why. */
export interface ServiceReleaseChange {
  readonly state: ServiceReleaseState;
  readonly reason: string;
  readonly at: Date;
  /** A message for the operators, written with it. */
  readonly notice?: string | undefined;
}

const COLUMNS = `service_release_id as "serviceReleaseId", submitted_at as "submittedAt", service, ref, code, tag,
  actor, source, state, changed_at as "changedAt", reason`;

/** Why one is replaced, in SQL; $1 is the release that replaced it. */
const REPLACED_BY = "'release ' || $1::int || ' serves'";

const OPEN = "('queued', 'preparing', 'replacing')";

export type ServiceReleaseRepository = ReturnType<typeof createServiceReleaseRepository>;

/** Releases of the services other than inference. */
export function createServiceReleaseRepository(db: Pick<Database, "pool" | "transaction">) {
  return { ...writing(db), ...reading(db.pool) };
}

function writing(db: Pick<Database, "pool" | "transaction">) {
  return {
    /** @returns its number. @throws ServiceError `failed_precondition` for a tag that was submitted before. */
    async submit(release: NewServiceRelease): Promise<number> {
      const { submittedAt, service, ref, code, tag, actor, source } = release;
      const { rows } = await db.pool.query<{ id: number }>(
        `insert into service_releases
           (submitted_at, service, ref, code, tag, actor, source, state, changed_at, reason)
         values ($1, $2, $3, $4, $5, $6, $7, 'queued', $1, 'submitted')
         on conflict (tag) do nothing returning service_release_id as id`,
        [submittedAt, service, ref, code, tag, actor, source],
      );
      const id = rows[0]?.id;
      if (id !== undefined) return id;
      const message = `the tag ${tag ?? ""} was submitted before`;
      throw new ServiceError("failed_precondition", message);
    },
    /**
     * Change one that is open, or take back one that serves. Whichever served before one that does is `replaced`;
     * what is over stays as it is.
     */
    change: (id: number, change: ServiceReleaseChange) =>
      db.transaction(async ({ client }) => {
        const { state, at, notice } = change;
        if (state === "serving") await replaceBefore(client, id, at);
        await client.query(
          `update service_releases set state = $2, reason = $3, changed_at = $4
           where service_release_id = $1 and (state in ${OPEN} or (state = 'serving' and $2 = 'rolled-back'))`,
          [id, state, change.reason, at],
        );
        if (notice !== undefined) await writeNotice(client, `service-${id}-${state}`, notice, at);
      }),
    /** Tell the operators of one that serves, once. */
    note: (id: number, { at, notice }: { readonly at: Date; readonly notice: string }) =>
      writeNotice(db.pool, `service-${id}-worse`, notice, at),
    /** Take back one that serves; that which it replaced serves again, where there was one. */
    takeBack: (id: number, { reason, at, notice }: Omit<ServiceReleaseChange, "state">) =>
      db.transaction(async ({ client }) => {
        const { rowCount } = await client.query(
          `update service_releases set state = 'rolled-back', reason = $2, changed_at = $3
           where service_release_id = $1 and state = 'serving'`,
          [id, reason, at],
        );
        if (rowCount !== 1) return;
        await client.query(
          `update service_releases set state = 'serving', reason = 'release ' || $1::int || ' was taken back', changed_at = $2
           where state = 'replaced' and reason = ${REPLACED_BY}`,
          [id, at],
        );
        if (notice !== undefined) await writeNotice(client, `service-${id}-taken-back`, notice, at);
      }),
  };
}

async function replaceBefore(client: Queryable, id: number, at: Date): Promise<void> {
  await client.query(
    `update service_releases set state = 'replaced', reason = ${REPLACED_BY}, changed_at = $2
     where state = 'serving' and service = (select service from service_releases where service_release_id = $1)`,
    [id, at],
  );
}

async function writeNotice(client: Queryable, key: string, text: string, at: Date): Promise<void> {
  await client.query(
    `insert into notices (notice_key, created_at, kind, text, send_after)
     values ($1, $2, 'service-release', $3, $2) on conflict do nothing`,
    [key, at, text],
  );
}

function reading(pool: Database["pool"]) {
  const select = async (rest: string, values: readonly unknown[] = []) =>
    (
      await pool.query<ServiceRelease>(`select ${COLUMNS} from service_releases ${rest}`, [
        ...values,
      ])
    ).rows;
  return {
    find: async (id: number) => (await select("where service_release_id = $1", [id]))[0],
    findTag: async (tag: string) => (await select("where tag = $1", [tag]))[0],
    /** Newest first. */
    list: (limit: number) => select("order by service_release_id desc limit $1", [limit]),
    /** Those that are not over, oldest first. */
    open: () => select(`where state in ${OPEN} order by service_release_id`),
    /** At most one of each service. */
    serving: () => select("where state = 'serving'"),
  };
}
