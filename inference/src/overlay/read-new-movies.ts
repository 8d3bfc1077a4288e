import type { Database } from "@canarec/db-utils/database";
import type { NewMovie, ServingModel } from "../serving/serving-model.ts";

/** Watchers or raters that a movie needs which nobody could tell us about, as in a bundle. */
const PLACEHOLDER_USERS = 3;

/** Most new movies laid over a bundle; past that it is high time for a new one. */
const MOST_NEW = 20_000;

interface Row {
  readonly movieKey: number;
  readonly movieId: string;
  readonly title: string | null;
  readonly year: number | null;
  readonly runtimeMinutes: number | null;
  readonly genres: readonly string[];
  readonly neighbours: readonly number[];
  readonly similarities: readonly number[];
}

/**
 * Movies that may be recommended and that the model's bundle does not hold, or holds without
 * neighbours, with the neighbours that they have by now.
 */
export async function readNewMovies(
  { pool }: Pick<Database, "pool">,
  model: ServingModel,
): Promise<NewMovie[]> {
  const { rows } = await pool.query<Row>(
    `select m.movie_key as "movieKey", m.movie_id as "movieId", m.title, m.year,
       nullif(m.runtime_minutes, 0) as "runtimeMinutes",
       coalesce((select array_agg(g.name order by mg.position)
                 from movie_genres mg join genres g using (genre_key)
                 where mg.movie_key = m.movie_key), '{}') as genres,
       coalesce(n.neighbours, '{}') as neighbours, coalesce(n.similarities, '{}') as similarities
     from movies m
       left join movie_statistics s using (movie_key)
       left join movie_neighbours n on n.movie_key = m.movie_key and n.collection = $1
     where not (m.movie_key = any($2::int[]))
       and (m.metadata_state = 'known'
         or m.metadata_state = 'placeholder' and greatest(s.watchers, s.rating_count) >= $3)
     order by m.movie_key limit $4`,
    [model.contents.collection, model.keysWithNeighbours(), PLACEHOLDER_USERS, MOST_NEW],
  );
  return rows.map(({ neighbours, similarities, ...movie }) => ({
    movie,
    neighbours,
    similarities,
  }));
}
