import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrationStatus } from "@canarec/db-utils/migrations";
import type { LoadBalancer } from "@canarec/load-balancer/compose";
import { type ControlPlane, startControlPlane } from "@canarec/load-balancer/control/compose";
import { controlConfig } from "@canarec/load-balancer/control/config";
import { parsePlans } from "@canarec/load-balancer/rollout/plans";
import { endReplicas } from "@canarec/load-balancer/runtimes/process/process-runtime";
import type { Runtime } from "@canarec/load-balancer/runtimes/runtime";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { createLogger } from "@canarec/service-kit/logging";
import { expect } from "vitest";
import { ENGINE } from "../../container-engine.ts";
import { freshDatabase, freshTopic, temporaryFolder } from "../../servers.ts";
import { ask, balance, range, until } from "../load-balancer/load-balancer-under-test.ts";
import { openInstallation } from "../runtimes/docker-world.ts";
import { type SmallRepository, makeRepository } from "../runtimes/small-build.ts";

export const BUNDLE = "ab".repeat(32);
/** Of a load, between two batches of requests: a core that only asks is none for those who answer. */
export const BREATH_MS = 50;
/** A busy machine shall not make a list late: what is late is answered with the popular ones. */
const DEADLINE_MS = 2_000;
/** As in the file: what differs from the defaults. */
const PLANS = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../load-balancer/plans.json"), "utf8"),
) as Record<string, Record<string, unknown>>;

export const QUICK_GUARDRAILS = parsePlans(PLANS).get("quick")?.guardrails;

/** One that is just starting when the test ends has written nothing by which it could be found: it ends with us. */
const OWN_REPLICA = { MAIN_REPLICAS: "1", CANAREC_SUPERVISOR: String(process.pid) };

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A load balancer and a repository of small builds, with control planes to be started over them. */
export interface ControlWorld extends AsyncDisposable {
  readonly repository: SmallRepository;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly balancer: LoadBalancer;
  readonly home: string;
  /** The commit that is checked out at first. */
  readonly first: string;
  /** The environment of a control plane of this world. */
  env(changes?: Readonly<Record<string, string>>): Record<string, string>;
  /** @param changes of its environment. */
  start(changes?: Readonly<Record<string, string>>): Promise<ControlPlane>;
}

/** @param quick changes of that plan. */
export async function openControlWorld(
  quick: object = {},
  runtime: Runtime["kind"] = "process",
): Promise<ControlWorld> {
  await using opened = new Resources();
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const home = join(folder.path, "home");
  mkdirSync(home, { recursive: true });
  opened.defer(() => endReplicas(home, 500));
  const runtimeEnv = runtime === "docker" ? await dockerEnv(opened) : {};
  const fresh = opened.use(await freshDatabase());
  const database = opened.use(await openDatabase(fresh.url));
  const exposures = opened.use(await freshTopic(1));
  const entries = (await migrationStatus(database)).applied.map((tag) => ({ tag }));
  const repository = makeRepository(join(folder.path, "repository"));
  const first = repository.commit("first", {
    "db-utils/drizzle/meta/_journal.json": JSON.stringify({ entries }),
  });
  await database.pool.query(
    `insert into bundles values ($1, now(), 3, 1, false, 'complete', 'c', '{}', '{}')`,
    [BUNDLE],
  );
  const plansFile = writePlans(folder.path, quick);
  const { brokers, topic } = exposures;
  const patient = { replicas: [], home, brokers, topic, deadlineMs: DEADLINE_MS };
  const balancer = opened.use(await balance(patient));
  const env = (changes: Readonly<Record<string, string>> = {}) => ({
    PORT: "0",
    DATABASE_URL: fresh.url,
    CANAREC_HOME: home,
    DATA_PLANE_URLS: balancer.adminUrl,
    RELEASE_PLANS: plansFile,
    RELEASE_REPOSITORY: repository.folder,
    ...OWN_REPLICA,
    ...{ ...runtimeEnv, ...changes },
  });
  const start = (changes: Readonly<Record<string, string>> = {}) =>
    startControlPlane(controlConfig(env(changes)), createLogger("control-plane", "silent"));
  return disposable(opened, {
    repository,
    database,
    databaseUrl: fresh.url,
    balancer,
    home,
    first,
    env,
    start,
  });
}

/** The named plans, with a quick one that is quicker. @returns the file. */
function writePlans(folder: string, quick: object): string {
  const steps = { shadow: { seconds: 1, share: 0.5 }, ramp: [{ weight: 0.25, seconds: 1 }] };
  const file = join(folder, "plans.json");
  writeFileSync(
    file,
    JSON.stringify({ ...PLANS, quick: { ...PLANS["quick"], ...steps, ...quick } }),
  );
  return file;
}

async function dockerEnv(opened: Resources): Promise<Record<string, string>> {
  const { installation, baseImage } = opened.use(await openInstallation());
  return {
    ...{ CANAREC_RUNTIME: "docker", DOCKER_HOST: ENGINE ?? "", BASE_IMAGE: baseImage },
    ...{ CANAREC_INSTALLATION: installation, DOCKER_BUILD_NETWORK: "host" },
  };
}

/** The API of a control plane, as an operator's commands use it. */
export function operatorOf(world: ControlWorld, plane: ControlPlane) {
  const api = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const token = readFileSync(join(world.home, "control-token"), "utf8").trim();
    const response = await fetch(plane.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  };
  const rolloutOf = async (id: number) => {
    const { body } = await api("GET", `/releases/${id}`);
    return body["rollout"] as Record<string, unknown>;
  };
  return {
    api,
    rolloutOf,
    submit: async (ref: string, changes = {}) => {
      const body = { ref, plan: "quick", bundle: BUNDLE, actor: "me", ...changes };
      const submitted = await api("POST", "/releases", body);
      expect(submitted).toMatchObject({ status: 201 });
      return Number(submitted.body["releaseId"]);
    },
    untilState: (id: number, state: string) =>
      until(async () => (await rolloutOf(id))["state"] === state),
    untilReady: () => until(async () => (await fetch(`${plane.url}/readyz`)).status === 200),
    /** Until the load balancer has a replica. */
    untilServed: () =>
      until(async () => (await fetch(`${world.balancer.adminUrl}/readyz`)).status === 200),
  };
}

/** Which builds answer these users; every answer must be a list. */
export async function words(
  { balancer }: ControlWorld,
  users: readonly number[] = range(40),
): Promise<Set<string>> {
  const answers = await ask(balancer.url, users, 8);
  const wrong = answers.filter(({ status, movies }) => status !== 200 || movies.length !== 20);
  expect(wrong).toEqual([]);
  return new Set(answers.map(({ movies }) => movies[0]?.split("+")[0] ?? ""));
}
