-- A user's history as one value: a row of 100 pieces costs the client three times the parsing. Layout, big-endian, 36 bytes
-- an interaction: int4 movie key, int4 furthest minute (-1: none), int8 first and int8 last watched, float4 rating
-- (-1: none), int8 rated; times in microseconds since 2000, '-infinity' (the least int8): none.
--
-- A function for the sake of its setting: a plan for any user is kept, where Postgres would plan each call anew to leave out seven
-- of the eight partitions, which takes longer than the reading.
CREATE FUNCTION interaction_history("user" bigint) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN (
    SELECT string_agg(
      int4send(movie_key)
        || int4send(coalesce(furthest_minute, -1))
        || timestamptz_send(coalesce(first_watched_at, '-infinity'))
        || timestamptz_send(coalesce(last_watched_at, '-infinity'))
        || float4send(coalesce(rating, -1))
        || timestamptz_send(coalesce(rated_at, '-infinity')),
      ''::bytea)
    FROM public.interactions
    WHERE user_id = "user");
END
$$;
