import type { Queryable } from "../queryable.ts";

/** What lists were like that one track, or the load balancer's own copy (`none`), answered with. */
export interface ServedLists {
  readonly track: "main" | "nightly" | "none";
  readonly answers: number;
  /** Of these, by what is known of the user. */
  readonly personalised: number;
  /** Different movies in them. */
  readonly movies: number;
  /** Of all movies of which more is known than the id. */
  readonly catalogue: number;
  /** Movies in all of them together. */
  readonly places: number;
  /** Mean surprise of a movie at its place, in bits: −log₂ of the share of users who watched it; see docs/quality.md. */
  readonly noveltyBits: number | null;
}

/** The newest answers that are looked at. */
export const MOST_ANSWERS = 20_000;

/** What lists since `from` were like, by who served them; without a row for who served none. */
export async function servedLists(client: Queryable, from: Date): Promise<ServedLists[]> {
  const { rows } = await client.query<ServedLists>(
    `with answered as materialized (
       select served, personalised, list from exposures
       where answered_at >= $1 and status = 200 order by answered_at desc limit ${MOST_ANSWERS}),
     shown as materialized (
       select served, movie_id, count(*) as places from answered, unnest(list) as movie_id group by 1, 2),
     people as (select count(*) as users from users),
     lists as (
       select served, count(*) as movies, sum(places) as places,
         sum(places * log(2, ((people.users + 1) / (coalesce(watchers, 0) + 1.0))::numeric)) / sum(places) as novelty
       from shown cross join people
         left join movies using (movie_id) left join movie_statistics using (movie_key)
       group by served),
     totals as (
       select served, count(*) as answers, count(*) filter (where personalised) as personalised
       from answered group by 1)
     select served as track, answers::int, personalised::int, coalesce(movies, 0)::int as movies,
            coalesce(places, 0)::int as places, novelty::float8 as "noveltyBits",
            (select count(*)::int from movies where metadata_state = 'known') as catalogue
     from totals left join lists using (served)`,
    [from],
  );
  return rows;
}
