import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import type { ClusterConfig } from "./config.ts";
import type { ClusterOptions } from "./options.ts";

/**
 * A new home starts with the catalogue: whether it can be read is known before a server runs. Of a home with data, or a
 * Postgres of somebody's own, only the database tells whether it is wanted.
 *
 * @throws ServiceError `invalid_argument` that says why it cannot be read.
 */
export function requireCatalog(
  { catalog, home }: Pick<ClusterOptions, "catalog" | "home">,
  { databaseUrl }: Pick<ClusterConfig, "databaseUrl">,
): void {
  if (catalog === "demo" || databaseUrl !== undefined) return;
  if (existsSync(join(home, "postgres"))) return;
  try {
    accessSync(catalog, constants.R_OK);
  } catch (cause) {
    throw unusablePath(catalog, cause);
  }
}
