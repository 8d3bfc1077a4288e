import pg from "pg";

/**
 * How values of a row become JavaScript's: as `pg` does, but bigint and numeric as numbers. Every bigint here is
 * below 2^53 (ids are checked, sums are far from it), and the only numeric column is a rating of one decimal.
 */
export const rowTypes = new pg.TypeOverrides();
rowTypes.setTypeParser(pg.types.builtins.INT8, Number);
rowTypes.setTypeParser(pg.types.builtins.NUMERIC, Number);
