import type { Database } from "@canarec/db-utils/database";
import { openDatabase } from "@canarec/db-utils/database";
import { migrationStatus } from "@canarec/db-utils/migrations";
import { createReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { messageOf } from "@canarec/service-kit/errors";
import { findBundleId, showBundle } from "@canarec/vectordb-scripts/bundle/read-bundles";
import { counted } from "../output/words.ts";
import { examineReplicas } from "./examine-replicas.ts";
import { examineTags } from "./examine-tags.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { judgeClock } from "./judge.ts";

/**
 * Version, schema, clock, jobs and bundles; one connection after another failing would say the same thing five times.
 *
 * @param todo where it does not answer.
 */
export async function examinePostgres(url: string, todo: string): Promise<readonly Finding[]> {
  let opened: Database;
  try {
    opened = await openDatabase(url, { max: 2, applicationName: "canarec doctor" });
  } catch (failure) {
    return [problem("postgres", messageOf(failure), todo)];
  }
  await using database = opened;
  const { rows } = await database.pool.query<{ version: string }>(
    "select current_setting('server_version') as version",
  );
  const answers = ok("postgres", `${rows[0]?.version ?? "?"} at ${database.address}`);
  const clock = await examineClock(database);
  const schema = await examineSchema(database);
  if (schema.state === "problem") return [answers, clock, schema];
  return [
    ...[answers, clock, schema, await examineJobs(database), await examineBundle(database)],
    ...(await examineReplicas(database)),
    ...(await examineTags(database)),
  ];
}

async function examineClock(database: Database): Promise<Finding> {
  const before = Date.now();
  const { rows } = await database.pool.query<{ ms: number }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms",
  );
  const between = (before + Date.now()) / 2; // the answer was made somewhere between
  return judgeClock("clock of postgres", (rows[0]?.ms ?? Number.NaN) - between);
}

async function examineSchema(database: Database): Promise<Finding> {
  const { version, pending, newer } = await migrationStatus(database);
  if (pending.length > 0) {
    const says = `${version ?? "no migration"} applied, lacks ${counted(pending.length, "migration")}`;
    return problem("schema", says, "canarec db migrate");
  }
  if (newer > 0) {
    const says = `${counted(newer, "migration")} newer than this version knows`;
    return warning(
      "schema",
      says,
      "update this checkout: a newer version has migrated the database",
    );
  }
  return ok("schema", version ?? "none");
}

async function examineJobs(database: Database): Promise<Finding> {
  const { rows } = await database.pool.query<{ job: string }>(
    `select job from (
       select distinct on (job) job, state from job_runs where state <> 'running'
       order by job, started_at desc, run_key desc) as last where state = 'failed' order by job`,
  );
  if (rows.length === 0) return ok("jobs", "none failed when it last ran");
  const names = rows.map(({ job }) => job).join(", ");
  return warning("jobs", `failed when last run: ${names}`, "monitoring's log says why");
}

/** Every byte of what main serves; before the first release of the newest bundle. */
async function examineBundle(database: Database): Promise<Finding> {
  const [main] = await createReleaseRepository(database).mains(1);
  const wanted = main?.bundleId ?? "newest";
  const check = main === undefined ? "bundle (newest)" : "bundle of main";
  const todo = "canarec bundle build makes one; canarec release submit --emergency serves it";
  try {
    const id = await findBundleId(database, wanted);
    const { damage, createdAt } = await showBundle(database, id);
    return damage === null
      ? ok(check, `${id.slice(0, 12)}, every byte verified, of ${createdAt.toISOString()}`)
      : problem(
          check,
          `${id.slice(0, 12)}: ${damage}`,
          `canarec bundle build repairs it; else ${todo}`,
        );
  } catch (failure) {
    return problem(check, messageOf(failure), todo);
  }
}
