import type { Queryable } from "../queryable.ts";

/** Of a movie's cast, so many count: those billed first. */
const BILLED = 5;

/**
 * Names of the directors, then of the first five of the cast, each once, by movie key.
 *
 * @param movieKeys whose; absent: of all movies. Movies of whom nobody is known are left out.
 */
export async function readBilledPeople(
  client: Queryable,
  movieKeys?: readonly number[],
): Promise<Map<number, string[]>> {
  const { rows } = await client.query<{ key: number; name: string }>(
    `select movie_key as key, name from movie_people join people using (person_key)
     where (role = 'director' or role = 'cast' and position < $1)
       and ($2::int[] is null or movie_key = any($2))
     order by movie_key, role desc, position, person_key`,
    [BILLED, movieKeys ?? null],
  );
  const people = new Map<number, string[]>();
  for (const { key, name } of rows) {
    const of = people.get(key) ?? [];
    if (!of.includes(name)) people.set(key, [...of, name]);
  }
  return people;
}
