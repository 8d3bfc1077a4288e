import type { Queryable } from "../queryable.ts";

/** The first answer of a replica to a user, and which of its movies the user took within a day. */
export interface FirstAnswer {
  readonly userId: number;
  readonly bundle: string;
  /** Movie ids, best first. */
  readonly list: readonly string[];
  readonly propensities: readonly number[] | null;
  /** Movie ids of the list that were begun or rated after it, for the first time. */
  readonly taken: readonly string[];
}

export interface FirstAnswers {
  readonly answers: readonly FirstAnswer[];
  /** Answers of replicas to users who are not pinned, all of each. */
  readonly shown: number;
}

/** Users asked about; the mean of so many is right to a thousandth. */
const MOST_USERS = 100_000;

/**
 * Of each user (at most 100,000, by hash) the first answer of a period that had been drawn; the first of all where
 * none of anybody had. Whether a list is drawn does not depend on what was drawn.
 */
export async function readFirstAnswers(
  client: Queryable,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<FirstAnswers> {
  const { rows } = await client.query<{ shown: number; drawn: number }>(
    `select count(*)::float8 as shown, count(propensities)::float8 as drawn from exposures where ${SHOWN}`,
    [from, to],
  );
  const { shown = 0, drawn = 0 } = rows[0] ?? {};
  const answers = await client.query<FirstAnswer>(
    `with asked as (
       select user_id from exposures where ${SHOWN} and (propensities is not null or $3 = 0)
       group by user_id order by hashint8(user_id), user_id limit ${MOST_USERS}
     ), first as (
       select distinct on (user_id) user_id, answered_at, bundle, list, propensities
       from asked join exposures using (user_id)
       where ${SHOWN} and (propensities is not null or $3 = 0)
       order by user_id, answered_at, request_id
     )
     select user_id as "userId", bundle, list, propensities, array(
         select movie_id from interactions i join movies using (movie_key)
         where i.user_id = first.user_id and movie_id = any(first.list)
           and least(first_watched_at, rated_at) > answered_at
           and least(first_watched_at, rated_at) <= answered_at + interval '1 day') as taken
     from first order by user_id`,
    [from, to, drawn],
  );
  return { answers: answers.rows, shown };
}

const SHOWN =
  "answered_at >= $1 and answered_at < $2 and bundle is not null and not pinned and served <> 'none'";

/** How the blends of bundles explore, as their manifests have it; none of one that is gone or has no models. */
export async function readExplorations(
  client: Queryable,
  bundleIds: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const { rows } = await client.query<{ id: string; exploration: unknown }>(
    `select bundle_id as id, manifest->'learned'->'blend'->'exploration' as exploration
     from bundles where bundle_id = any($1) and manifest->'learned'->'blend'->'exploration' is not null`,
    [bundleIds],
  );
  return new Map(rows.map(({ id, exploration }) => [id, exploration]));
}
