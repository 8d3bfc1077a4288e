/** Folders of pure functions: no clock, no randomness, no I/O, no framework. */
export const PURE_FOLDERS: readonly string[] = [
  "stream-parser/src/contract",
  "stream-parser/src/parsing",
  "stream-parser/src/coalesce",
  "inference/src/bundle/codec",
  "inference/src/evaluation",
  "inference/src/models",
  "inference/src/ranking",
  "inference/src/retrieval",
  "load-balancer/src/assignment",
  "load-balancer/src/contract",
  "load-balancer/src/rollout",
  "monitoring/src/analysis",
  "monitoring/src/availability",
  "monitoring/src/data-quality",
  "monitoring/src/simulation",
  "monitoring/src/statistics",
  "monitoring/src/watch",
  "simulator/src/world",
];

/** Pure modules in folders that are not. */
export const PURE_FILES: readonly string[] = [
  "db-utils/src/backup/expired-backups.ts",
  "db-utils/src/retention/needed-bundles.ts",
  "db-utils/src/interactions/merge-interaction.ts",
  "inference/src/embedding/movie-text.ts",
  "inference/src/serving/barred-movies.ts",
];
