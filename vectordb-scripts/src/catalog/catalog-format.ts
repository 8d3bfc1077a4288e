/** The forms of catalogue that `catalog import` reads. */
export const CATALOG_FORMATS = ["jsonl", "platform", "movielens", "demo"] as const;
export type CatalogFormat = (typeof CATALOG_FORMATS)[number];
