import pg from "pg";
import { getTableConfig } from "drizzle-orm/pg-core";
import { getTableName } from "drizzle-orm";
import * as schema from "../schema/index.ts";

/** A table as a backup sees it. */
export interface TablePlan {
  readonly table: string;
  readonly columns: readonly string[];
  /** The order of the rows in a file, in SQL: by primary key, texts by their bytes, so the same on every server. */
  readonly order: readonly string[];
  /** The column whose sequence has to follow. */
  readonly identity: string | null;
}

/** Those whose rows others refer to come first. */
const TABLES = [
  schema.movies,
  schema.genres,
  schema.people,
  schema.tags,
  schema.users,
  schema.bundles,
  schema.movieGenres,
  schema.moviePeople,
  schema.movieTags,
  schema.interactions,
  schema.watches,
  schema.movieStatistics,
  schema.movieHours,
  schema.streamOffsets,
  schema.rejectedLines,
  schema.rejectionCounts,
  schema.platformAnswers,
  schema.exposures,
  schema.movieEmbeddings,
  schema.movieNeighbours,
  schema.bundleChunks,
  schema.jobRuns,
  schema.releases,
  schema.rollouts,
  schema.rolloutTransitions,
  schema.controlEpoch,
  schema.routingSnapshots,
  schema.replicas,
  schema.operatorTokens,
  schema.auditLog,
  schema.notices,
  schema.verdicts,
  schema.exposureMinutes,
  schema.analysisUsers,
  schema.analysisSums,
  schema.analysisProgress,
  schema.analysisMarks,
  schema.stepUsers,
  schema.tagRepositories,
  schema.releaseTags,
  schema.trainingRuns,
  schema.trainingTrials,
  schema.hiddenMovies,
  schema.gateResults,
  schema.serviceReleases,
  schema.troubles,
] as const;

/** Every table of the schema, in an order in which references are there before what refers to them. */
export const TABLE_PLANS: readonly TablePlan[] = TABLES.map((table) => {
  const { columns, primaryKeys } = getTableConfig(table);
  const composite = primaryKeys[0]?.columns.map(({ name }) => name) ?? [];
  const key = columns.filter(({ name, primary }) => primary || composite.includes(name));
  const place = (name: string) => composite.indexOf(name);
  key.sort((a, b) => place(a.name) - place(b.name));
  return {
    table: getTableName(table),
    columns: columns.map(({ name }) => name),
    order: key.map((column) => orderTerm(column.name, column.getSQLType() === "text")),
    identity: columns.find((column) => column.generatedIdentity !== undefined)?.name ?? null,
  };
});

function orderTerm(column: string, isText: boolean): string {
  const name = pg.escapeIdentifier(column);
  return isText ? `${name} collate "C"` : name;
}
