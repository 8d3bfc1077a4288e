export interface Scale {
  readonly users: number;
  readonly movies: number;
  /** About so many: a user's draws that hit one movie twice count once. */
  readonly interactions: number;
}

/** Interactions of each of the heavy users, who are one in fifty. */
const HEAVY = 100;

/** Days over which the watching is spread. */
const DAYS = 90;

/**
 * Statements that fill an empty, migrated database: users 1 … n, of whom the first fiftieth has 100 interactions and the
 * others equally many of the rest; movies drawn with the cube of a uniform number, which makes few of them popular.
 */
export function fillSql({ users, movies, interactions }: Scale): readonly string[] {
  const heavyUsers = Math.floor(users / 50);
  const light = Math.max(1, Math.round((interactions - heavyUsers * HEAVY) / (users - heavyUsers)));
  return [
    "select setseed(0.5)",
    `insert into movies (movie_id, title, year, source, metadata_state, lookup_after, vote_count, overview)
     select 'movie+' || i, initcap(md5(i::text)) || ' ' || (array['Night', 'Day', 'River', 'Star', 'City'])[1 + i % 5],
       1950 + i % 75, 'demo', 'known', null, i % 9999, repeat('A text of about the usual length. ', 12)
     from generate_series(1, ${movies}) as i`,
    `insert into users (user_id, metadata_state, lookup_after, age, gender, occupation)
     select i, case when i % 20 = 0 then 'placeholder' else 'known' end, case when i % 20 = 0 then now() end,
       18 + i % 60, 'F', 'other'
     from generate_series(1, ${users}) as i`,
    interactionsSql({ from: 1, to: heavyUsers, each: HEAVY, movies }),
    interactionsSql({ from: heavyUsers + 1, to: users, each: light, movies }),
    `insert into watches (user_id, movie_key, hour, first_minute, last_minute)
     select i, 1 + i % ${movies}, date_trunc('hour', now()) - (i % 160) * interval '1 hour', 0, 30
     from generate_series(1, ${users}) as i`,
    `insert into exposures (user_id, answered_at, status, latency_us, personalised, pinned, request_id, assigned, served,
       reason, build, bundle, replica, attempts, list)
     select 1 + i * 7 % ${users}, now() - i * interval '1 s', 200, 4000, true, false, md5(i::text), 'main', 'main', 'ok',
       'build', md5('bundle') || md5('bundle'), 'replica-1', '[{"replica": "replica-1", "status": 200, "ms": 4}]',
       (select array_agg('movie+' || (i * 31 + n) % ${movies}) from generate_series(1, 20) as n)
     from generate_series(1, 200000) as i`,
  ];
}

/** Every third is rated too; one in ten is only rated. */
function interactionsSql(part: { from: number; to: number; each: number; movies: number }): string {
  return `
    insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at,
      rating_raw, rating, rated_at)
    select user_id, movie_key, case when kind <> 0 then 5 + kind * 10 end,
      case when kind <> 0 then at end, case when kind <> 0 then at + kind * interval '10 min' end,
      case when kind % 3 = 0 then 1 + kind % 5 end, case when kind % 3 = 0 then (1 + kind % 5) / 5.0 end,
      case when kind % 3 = 0 then at + interval '2 h' end
    from (
      select user_id, 1 + floor(${part.movies} * power(random(), 3))::int as movie_key, (user_id + n) % 10 as kind,
        now() - random() * interval '${DAYS} days' as at
      from generate_series(${part.from}, ${part.to}) as user_id, generate_series(1, ${part.each}) as n
    ) as drawn
    on conflict do nothing`;
}
