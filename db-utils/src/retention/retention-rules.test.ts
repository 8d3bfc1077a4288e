import { readFileSync } from "node:fs";
import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { DAILY_TABLES } from "../partitions.ts";
import * as schema from "../schema/index.ts";
import { RETENTION_RULES } from "./retention-rules.ts";

const CATALOGUE = "as large as the catalogue";
const OF_A_RELEASE = "rows of a release, which is kept to be looked at";

/** What no rule removes, and why it need not. */
const KEPT: Readonly<Record<string, string>> = {
  movies: CATALOGUE,
  genres: CATALOGUE,
  people: CATALOGUE,
  tags: CATALOGUE,
  movie_genres: CATALOGUE,
  movie_people: CATALOGUE,
  movie_tags: CATALOGUE,
  movie_embeddings: CATALOGUE,
  movie_neighbours: CATALOGUE,
  movie_statistics: CATALOGUE,
  movie_hours: "at most a row an interaction: statistics of all time",
  users: "a row a user",
  interactions: "a row a user and movie: what is learned from",
  hidden_movies: "what users hide stays hidden",
  stream_offsets: "a row a partition of the stream",
  bundles: "removed by the collection of bundles",
  bundle_chunks: "gone with its bundle",
  releases: OF_A_RELEASE,
  rollouts: OF_A_RELEASE,
  rollout_transitions: OF_A_RELEASE,
  replicas: OF_A_RELEASE,
  gate_results: OF_A_RELEASE,
  service_releases: OF_A_RELEASE,
  release_tags: OF_A_RELEASE,
  analysis_sums: OF_A_RELEASE,
  analysis_progress: OF_A_RELEASE,
  tag_repositories: "a row a repository that is watched",
  control_epoch: "one row",
  training_runs: "a row a training: the table of experiments",
  operator_tokens: "a name is never used twice",
};

const tables = Object.values(schema)
  .filter((one) => is(one, PgTable))
  .map((table) => getTableName(table));
const byRule = RETENTION_RULES.map(({ table }) => table);
const byDay = DAILY_TABLES.map(({ table }) => table);

describe("every table", () => {
  it("has a rule of its lifetime, or a reason why it needs none", () => {
    expect([...byRule, ...byDay, ...Object.keys(KEPT)].sort()).toEqual(tables.sort());
  });

  it("has it in the documentation", () => {
    const page = readFileSync(new URL("../../../docs/database.md", import.meta.url), "utf8");
    const rows = page.split("## What is kept how long")[1]?.split("###")[0]?.split("\n") ?? [];
    const kept = (table: string, words: RegExp) =>
      rows.some((row) => row.includes(`\`${table}\``) && words.test(row));
    const words = (days: number) => (days % 365 === 0 ? /years?/ : new RegExp(`^\\| ${days} days`));
    const missing = [
      ...RETENTION_RULES.map(({ table, days }) => ({ table, days })),
      ...DAILY_TABLES.map(({ table, keptDays }) => ({ table, days: keptDays })),
    ].filter(({ table, days }) => !kept(table, words(days)));
    expect(missing).toEqual([]);
  });
});
