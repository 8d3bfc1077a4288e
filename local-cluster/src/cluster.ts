import { join } from "node:path";
import type { Resources as Owner } from "@canarec/service-kit/lifecycle";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { messageOf } from "@canarec/service-kit/errors";
import { startOf } from "@canarec/load-balancer/runtimes/process/processes";
import { type Checkout, readCheckout } from "./checkout.ts";
import { ClusterState, type NamedServer } from "./cluster-state.ts";
import { type ClusterLog, partLine, seconds, step } from "./cluster-log.ts";
import type { ClusterConfig } from "./config.ts";
import { endBuilds } from "./end-builds.ts";
import { occupyHome } from "./home.ts";
import { inheritedEnv } from "./inherited-variables.ts";
import { KeptPorts } from "./kept-ports.ts";
import { startLogRotation } from "./log-rotation.ts";
import type { ClusterOptions } from "./options.ts";
import { requireListenable } from "./port.ts";
import { prepareData } from "./prepare-data.ts";
import { requireCatalog } from "./require-catalog.ts";
import { startServers } from "./server-set.ts";
import { CHECKOUT, startService } from "./service-process.ts";
import {
  type ServiceReleases,
  openServiceReleases,
} from "./service-releases/open-service-releases.ts";
import {
  type ClusterAddresses,
  type ServicePlan,
  innerServices,
  servicePlans,
  sharedEnv,
} from "./services.ts";
import { startTogether } from "./start-together.ts";
import { type KeptProcess, type SupervisionEvents, supervise } from "./supervise.ts";
import { ensureTopics } from "./topics.ts";
import { type ServedMain, servedMain } from "./served-main.ts";
import { findMonitoringPrograms } from "./watching/monitoring-programs.ts";
import { superviseAlertmanager, supervisePrometheus } from "./watching/start-watchers.ts";

/** Of the control plane's API; it makes the file. */
const TOKEN = "control-token";

/** As the platforms have it; more may be given to the topic at any time. */
const STREAM_PARTITIONS = 2;
const EXPOSURE_PARTITIONS = 2;

export interface ClusterInput {
  readonly options: ClusterOptions;
  readonly config: ClusterConfig;
  /** Of the process; inherited-variables.ts says what the services get of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the start. */
  readonly signal: AbortSignal;
}

export interface Cluster extends AsyncDisposable {
  readonly addresses: ClusterAddresses;
  readonly plans: readonly ServicePlan[];
  /** Prometheus and Alertmanager, where they were asked for. */
  readonly watchers: readonly NamedServer[];
  /** What could be served. */
  readonly checkout: Checkout;
  /** What is served. */
  readonly main: ServedMain;
}

/**
 * Everything on this machine, opened from the bottom up; disposing it stops all in reverse. A process
 * that ends meanwhile is started again.
 *
 * @throws ServiceError with what is wrong and what to do; nothing runs on then.
 */
export async function startCluster(input: ClusterInput, log: ClusterLog): Promise<Cluster> {
  const { options, config, signal } = input;
  await using opened = new Resources();
  const { cacheDir } = config;
  const programs = options.monitoring
    ? findMonitoringPrograms({ path: input.env["PATH"], cacheDir })
    : undefined;
  const checkout = await readCheckout(config.releaseRepository);
  requireCatalog(options, config);
  const home = occupyHome(options.home);
  opened.defer(() => home[Symbol.dispose]());
  await requireListenable(options.port, config.host);
  const ports = new KeptPorts(options.home);
  const state = new ClusterState(options.home);
  opened.defer(() => state.close());
  const events = tellingEvents(state, log);
  const common = { home: options.home, config, ports, events, log, signal };
  const watching = programs && { ...common, programs };
  const alertmanager = watching && (await superviseAlertmanager(opened, watching));
  const servers = await startServers(opened, common);
  await prepare(input, servers, log);
  const addresses: ClusterAddresses = {
    ...servers,
    ownKafka: config.kafkaBrokers !== undefined,
    home: options.home,
    host: config.host,
    publicPort: options.port,
    ports: await ports.choose(innerServices(options)),
  };
  const rotation = startLogRotation(join(options.home, "logs"), (reason) => {
    log.line(partLine("logs", `cannot be put aside: ${reason}`));
  });
  opened.defer(() => rotation[Symbol.dispose]());
  // After the services have stopped; a control plane that is only restarted leaves its replicas be.
  opened.defer(() => endBuilds(options.home, input.env));
  const plans = servicePlans(addresses, options);
  await startServices(opened, { input, plans, addresses, events, log });
  const main = await servedMain(plans, config.controlTokenFile ?? join(options.home, TOKEN));
  const watchers =
    watching === undefined || alertmanager === undefined
      ? []
      : [alertmanager, await supervisePrometheus(opened, watching, { plans, alertmanager })];
  state.publish(addresses, [...plans, ...watchers], config);
  return disposable(opened, { addresses, plans, watchers, checkout, main });
}

async function prepare(
  input: ClusterInput,
  servers: { databaseUrl: string; kafkaBrokers: string; chromaUrl: string },
  log: ClusterLog,
): Promise<void> {
  const { config, signal } = input;
  await step(log, "topics", async () => {
    const made = await ensureTopics(servers.kafkaBrokers.split(","), [
      { topic: config.streamTopic, partitions: STREAM_PARTITIONS },
      { topic: config.exposureTopic, partitions: EXPOSURE_PARTITIONS },
    ]);
    return { said: made.length === 0 ? "are there" : `made ${made.join(" and ")}`, value: made };
  });
  signal.throwIfAborted();
  const { catalog, home } = input.options;
  await prepareData({ catalog, home, config, ...servers, log, signal });
  signal.throwIfAborted();
}

interface ServiceStart {
  readonly input: ClusterInput;
  readonly plans: readonly ServicePlan[];
  readonly addresses: ClusterAddresses;
  readonly events: SupervisionEvents;
  readonly log: ClusterLog;
}

async function startServices(opened: Owner, starting: ServiceStart): Promise<void> {
  const { input, addresses, log } = starting;
  const releases = await openServiceReleases(opened, {
    ...{ databaseUrl: addresses.databaseUrl, repository: input.config.releaseRepository },
    ...{ home: addresses.home, log, signal: input.signal },
    probationMs: input.config.serviceProbationSeconds * 1_000,
  });
  const env = {
    ...inheritedEnv(input.env),
    ...sharedEnv(addresses),
    ...minilmEnv(input.config),
    METRICS_TOKEN_FILE: input.config.metricsTokenFile, // absolute: services run in other folders
    BACKUP_FOLDER: input.config.backupFolder, // likewise
    RELEASE_REPOSITORY: input.config.releaseRepository, // whichever checkout a service runs from
    CANAREC_SUPERVISOR: [process.pid, startOf(process.pid) ?? []].flat().join(":"),
  };
  const surroundings = { home: addresses.home, env };
  const stages = new Set(starting.plans.map(({ stage }) => stage));
  for (const stage of [...stages].sort((a, b) => a - b)) {
    const openings = starting.plans
      .filter((plan) => plan.stage === stage)
      .map((plan) => async (owner: Owner, signal: AbortSignal) => {
        await step(log, plan.name, async () => {
          owner.use(await startReleased(plan, surroundings, { ...starting, releases, signal }));
          return { said: `ready at ${plan.url}`, value: undefined };
        });
      });
    await startTogether(opened, input.signal, openings);
  }
  const stop = new AbortController();
  opened.defer(() => stop.abort());
  releases.begin(stop.signal);
}

/** With the code that was released for it; with this checkout's where that does not start. */
async function startReleased(
  plan: ServicePlan,
  common: { readonly home: string; readonly env: Readonly<Record<string, string | undefined>> },
  {
    releases,
    events,
    signal,
  }: ServiceStart & { readonly releases: ServiceReleases; readonly signal: AbortSignal },
): Promise<KeptProcess> {
  const surroundings = { ...common, folder: releases.folderOf(plan.name) };
  const start = (stopping: AbortSignal) =>
    startService(plan, surroundings, AbortSignal.any([stopping, signal]));
  const begin = () => supervise({ name: plan.name, start }, events);
  const kept = await begin().catch(async (failure: unknown) => {
    if (surroundings.folder === CHECKOUT || signal.aborted) throw failure;
    await releases.takeBack(plan.name, messageOf(failure));
    surroundings.folder = CHECKOUT;
    return begin();
  });
  releases.add({ plan, kept, surroundings });
  return kept;
}

/** Absolute, as commands get it from `cluster.json`. */
function minilmEnv({ minilmPath }: ClusterConfig): Record<string, string> {
  return minilmPath === undefined ? {} : { MINILM_PATH: minilmPath };
}

/** Supervision's events as lines on the console and in `cluster.json`. */
function tellingEvents(state: ClusterState, log: ClusterLog): SupervisionEvents {
  return {
    started: (name, child) => state.running(name, child.pid),
    ended: (name, exit, waitMs) => {
      const how = exit.signal === null ? `with exit code ${exit.code ?? 0}` : `by ${exit.signal}`;
      log.line(partLine(name, `ended ${how}; starting it again in ${seconds(waitMs)}`));
    },
    failedToStart: (name, reason, waitMs) => {
      log.line(partLine(name, `${reason}; trying again in ${seconds(waitMs)}`));
    },
    restarted: (name, child) => {
      state.running(name, child.pid);
      log.line(partLine(name, `runs again, as process ${child.pid}`));
    },
  };
}
