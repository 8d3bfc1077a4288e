import type { Queryable } from "@canarec/db-utils/queryable";
import { LIST_COLUMNS, SCALAR_COLUMNS } from "./columns.ts";
import type { CatalogFormat } from "./catalog-format.ts";

export interface MergeOptions {
  /** Only fill what the catalogue does not know; else the file's values win where it has any. */
  readonly fill: boolean;
  /** Recorded as the source of movies that are new. */
  readonly source: CatalogFormat;
}

export interface MergeResult {
  readonly imported: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Keys of the movies imported and updated. */
  readonly changedKeys: readonly number[];
}

/**
 * Merge the stage into the catalogue, inside the caller's transaction.
 *
 * Every value that the stage lacks stays as it is; a list counts as one value. A row that comes out as it
 * was is not written at all. Writers of the catalogue wait meanwhile, readers do not.
 */
export async function mergeStage(client: Queryable, options: MergeOptions): Promise<MergeResult> {
  await client.query("lock table genres, people, tags, movies in share row exclusive mode");
  await client.query(mergedTable(options.fill));
  await client.query("analyze catalog_merged");
  const known = await countKnown(client);
  await insertNames(client);
  await client.query(updateMovies());
  const imported = await client.query(insertMovies(), [options.source]);
  await client.query(
    `update catalog_merged set movie_key = movies.movie_key, is_changed = true
     from movies where movies.movie_id = catalog_merged.movie_id and catalog_merged.movie_key is null`,
  );
  for (const statement of linkStatements()) await client.query(statement);
  const changed = await client.query<{ movie_key: number }>(
    "select movie_key from catalog_merged where is_changed order by movie_key",
  );
  await client.query("drop table catalog_merged");
  return {
    imported: imported.rowCount ?? 0,
    updated: known.changed,
    unchanged: known.unchanged,
    changedKeys: changed.rows.map((row) => row.movie_key),
  };
}

async function countKnown(client: Queryable): Promise<{ changed: number; unchanged: number }> {
  const { rows } = await client.query<{ changed: number; unchanged: number }>(
    `select count(*) filter (where is_changed)::int as changed,
            count(*) filter (where not is_changed)::int as unchanged
     from catalog_merged where movie_key is not null`,
  );
  return rows[0] ?? { changed: 0, unchanged: 0 };
}

/** How each movie of the stage will be, and whether that differs from how it is. */
function mergedTable(fill: boolean): string {
  const preferred = (staged: string, known: string) =>
    fill ? `coalesce(${known}, ${staged})` : `coalesce(${staged}, ${known})`;
  const scalars = SCALAR_COLUMNS.map(
    ({ column }) => `${preferred(`s.${column}`, `m.${column}`)} as ${column}`,
  );
  const lists = LIST_COLUMNS.map(
    (column) => `${preferred(`nullif(s.${column}, '{}')`, `k.${column}`)} as ${column}`,
  );
  const tags = `${preferred("nullif(s.tags, '{}'::jsonb)", "k.tags")} as tags`;
  const names = [...SCALAR_COLUMNS.map(({ column }) => column), ...LIST_COLUMNS, "tags"];
  const known = [
    ...SCALAR_COLUMNS.map(({ column }) => `known.${column}`),
    ...[...LIST_COLUMNS, "tags"].map((column) => `known_${column}`),
  ];
  return `
    create temporary table catalog_merged on commit drop as
    select merged.*,
      merged.movie_key is not null and (
        known.metadata_state <> 'known'
        or (${names.map((name) => `merged.${name}`).join(", ")})
           is distinct from (${known.join(", ")})) as is_changed
    from (
      select s.place, s.movie_id, m.movie_key, ${[...scalars, ...lists, tags].join(", ")},
        ${[...LIST_COLUMNS, "tags"].map((name) => `k.${name} as known_${name}`).join(", ")}
      from catalog_stage s
      left join movies m using (movie_id)
      left join lateral (select ${knownLists()}) k on true
    ) merged
    left join movies known on known.movie_key = merged.movie_key`;
}

/** What the link tables hold of the movie `m`; null for nothing, as an empty aggregate is. */
function knownLists(): string {
  const people = (role: string) => `
    (select array_agg(p.name order by mp.position)
     from movie_people mp join people p using (person_key)
     where mp.movie_key = m.movie_key and mp.role = '${role}')`;
  return `
    (select array_agg(g.name order by mg.position)
     from movie_genres mg join genres g using (genre_key)
     where mg.movie_key = m.movie_key) as genres,
    ${people("cast")} as actors, ${people("director")} as directors, ${people("writer")} as writers,
    (select jsonb_object_agg(t.name, mt.uses)
     from movie_tags mt join tags t using (tag_key)
     where mt.movie_key = m.movie_key) as tags`;
}

const TOUCHED = "(is_changed or movie_key is null)";

async function insertNames(client: Queryable): Promise<void> {
  const insert = (table: string, names: string) =>
    client.query(
      `insert into ${table} (name)
       select distinct name from catalog_merged, ${names} as listed(name) where ${TOUCHED}
       order by name on conflict (name) do nothing`,
    );
  await insert("genres", "unnest(genres)");
  await insert("people", "unnest(actors || directors || writers)");
  await insert("tags", "jsonb_object_keys(tags)");
}

function insertMovies(): string {
  const columns = SCALAR_COLUMNS.map(({ column }) => column).join(", ");
  return `
    insert into movies (movie_id, ${columns}, source, metadata_state, lookup_after)
    select movie_id, ${columns}, $1, 'known', null
    from catalog_merged where movie_key is null order by place`;
}

function updateMovies(): string {
  const set = SCALAR_COLUMNS.map(({ column }) => `${column} = merged.${column}`).join(", ");
  return `
    update movies set ${set}, metadata_state = 'known', lookup_after = null, updated_at = now()
    from catalog_merged merged
    where merged.is_changed and movies.movie_key = merged.movie_key`;
}

function linkStatements(): string[] {
  const people = (column: string, role: string) => [
    `delete from movie_people where role = '${role}' and movie_key in
       (select movie_key from catalog_merged where is_changed and ${column} is distinct from known_${column})`,
    `insert into movie_people (movie_key, person_key, role, position)
     select movie_key, person_key, '${role}', listed.place - 1
     from catalog_merged, unnest(${column}) with ordinality as listed(name, place) join people using (name)
     where is_changed and ${column} is distinct from known_${column}`,
  ];
  return [
    `delete from movie_genres where movie_key in
       (select movie_key from catalog_merged where is_changed and genres is distinct from known_genres)`,
    `insert into movie_genres (movie_key, genre_key, position)
     select movie_key, genre_key, listed.place - 1
     from catalog_merged, unnest(genres) with ordinality as listed(name, place) join genres g using (name)
     where is_changed and genres is distinct from known_genres`,
    ...people("actors", "cast"),
    ...people("directors", "director"),
    ...people("writers", "writer"),
    `delete from movie_tags where movie_key in
       (select movie_key from catalog_merged where is_changed and tags is distinct from known_tags)`,
    `insert into movie_tags (movie_key, tag_key, uses)
     select movie_key, tag_key, uses::int
     from catalog_merged, jsonb_each_text(tags) as listed(name, uses) join tags t using (name)
     where is_changed and tags is distinct from known_tags`,
  ];
}
