/** Visits of a user, one every two minutes. */
const VISITS = 10;
const VISIT_EVERY = 2;

/**
 * Exposures and platform lines of the minutes [$1, $2) since the beginning $3 of release $4, with the marks that the
 * parser would make: $5 exposures a minute, each user coming ten times within 20 minutes, half on nightly.
 */
export const FILL_MINUTES = `
with visits as (
  select cohort, i, cohort * $5::int8 / ${VISITS} + i as user_id,
    $3::timestamptz + m * interval '1 min' + (i * 60000 / ($5::int8 / ${VISITS}) + k * 7) * interval '1 ms' as at
  from generate_series($1::int8, $2::int8 - 1) as m, generate_series(0, ${VISITS - 1}) as k,
    lateral (select m - k * ${VISIT_EVERY} as cohort) c, generate_series(0, $5::int8 / ${VISITS} - 1) as i
  where m - k * ${VISIT_EVERY} >= 0),
lists as (
  select v.*, md5(user_id || ' ' || at) as request_id,
    (select array_agg('movie+' || 1 + (user_id * 31 + n * 17) % 27000 order by n) from generate_series(1, 20) as n) as list
  from visits v),
shown as (
  insert into platform_answers (user_id, answered_at, status, ms, line_hash, server, list)
  select user_id, at + interval '20 ms', 200, 9, decode(request_id, 'hex'), 'lb', list from lists),
added as (
  insert into exposures (user_id, answered_at, snapshot_version, step, release_id, status, latency_us, personalised,
    pinned, request_id, assigned, served, reason, build, bundle, replica, attempts, list)
  select user_id, at, 10, 4, $4, 200, 5000, true, false, request_id,
    case user_id % 2 when 0 then 'main' else 'nightly' end, case user_id % 2 when 0 then 'main' else 'nightly' end,
    'ok', repeat('b', 40), repeat('c', 64), 'replica-1', '[{"replica": "replica-1", "status": 200, "ms": 4.2}]', list
  from lists returning answered_at)
insert into analysis_marks (minute)
select distinct date_bin('1 minute', answered_at, '2000-01-01T00:00:00Z') from added`;

/** Movies, and of every user of the minutes before $1 ten interactions, one of them with what was shown. */
export const FILL_USERS = [
  `insert into movies (movie_id, source) select 'movie+' || i, 'demo' from generate_series(1, 27000) as i`,
  `insert into users (user_id) select generate_series(0, $1::int8)`,
  `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
   select u, m.movie_key, 20, at, at + interval '20 min'
   from generate_series(0, $1::int8) as us (u) cross join generate_series(0, 9) as ns (n)
   join lateral (select $2::timestamptz + (u / $3::int8) * interval '1 min' + (5 - n * 6000) * interval '1 min' as at) t on true
   join movies m on m.movie_id = 'movie+' || 1 + (u * 31 + (n + 1) * 17) % 27000 on conflict do nothing`,
  `insert into watches (user_id, hour, movie_key, first_minute, last_minute)
   select user_id, date_bin('1 hour', first_watched_at, '2000-01-01Z'), movie_key, 0, 20 from interactions
   where first_watched_at > $2::timestamptz - interval '1 day' and $1::int8 + $3::int8 > 0 on conflict do nothing`,
];
