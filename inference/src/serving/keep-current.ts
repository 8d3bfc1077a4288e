import type { Database } from "@canarec/db-utils/database";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import type { BundleLoader, BundleSource } from "../bundle/load-bundle.ts";
import type { InferenceMetrics, Refreshed } from "../metrics.ts";
import { readAdultMovies } from "../overlay/read-adult-movies.ts";
import { readNewMovies } from "../overlay/read-new-movies.ts";
import type { StatisticsRefresh } from "../statistics/statistics-refresh.ts";
import { type NewMovie, ServingModel } from "./serving-model.ts";

/** How live statistics are, and how late a new movie whose announcement was missed. */
const REFRESH_EVERY_MS = 60_000;

/** After an announcement of new movies: those that follow at once come along. */
const GATHER_MS = 500;

export interface KeepCurrentParts {
  readonly database: Pick<Database, "pool">;
  readonly source: BundleSource;
  readonly loader: BundleLoader;
  readonly statistics: StatisticsRefresh;
  readonly metrics: InferenceMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Movies for adults are shown to nobody. */
  readonly hideAdult: boolean;
  /** Serve this one for ever; absent: the newest. */
  readonly bundleId?: string | undefined;
}

/** The model that answers come from, kept current in the background. */
export interface CurrentModel extends AsyncDisposable {
  model(): ServingModel;
  /** When its counts were last read. */
  statisticsAtMs(): number | undefined;
  /** What the feed says: movies are new or changed. */
  moviesAnnounced(): void;
  /** What the feed says: there is a new bundle. */
  bundleAnnounced(): void;
}

/**
 * Load the bundle, then keep counts and new movies current: each minute, and when the feed says so.
 * A newer bundle takes the place of the one that is served, unless one was named; a damaged one is
 * refused, and the one that is served stays.
 *
 * @throws ServiceError when there is no first bundle.
 */
export async function openCurrentModel(parts: KeepCurrentParts): Promise<CurrentModel> {
  const { metrics, log, statistics } = parts;
  let model = await loadFirst(parts);
  await layOver(parts, model);
  let statisticsAtMs: number | undefined;
  const tasks = oneByOne((what, failure) => {
    metrics.refreshFailed(what);
    log.warn({ what, reason: messageOf(failure) }, "could not refresh");
  });
  const refresh = async () => {
    metrics.statisticsRefreshed(await statistics.refresh(model));
    statisticsAtMs = parts.nowMs();
  };
  const replace = replacement(parts);
  const replaceSoon = () => {
    if (parts.bundleId !== undefined) return;
    tasks.run("bundle", async () => void (model = (await replace(model)) ?? model));
  };
  const layOverSoon = () => tasks.run("new_movies", () => layOver(parts, model));
  const refreshSoon = () => tasks.run("statistics", refresh);
  const timer = setInterval(() => {
    void parts.loader.inUse(model.bundleId);
    replaceSoon();
    layOverSoon();
    refreshSoon();
  }, REFRESH_EVERY_MS);
  refreshSoon();
  const gather = gathered(GATHER_MS, layOverSoon);
  return {
    model: () => model,
    statisticsAtMs: () => statisticsAtMs,
    moviesAnnounced: gather.call,
    bundleAnnounced: replaceSoon,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      gather.cancel();
      await tasks.ended();
    },
  };
}

/** A newer model than the one that is served; undefined where there is none, or none that is whole. */
function replacement(parts: KeepCurrentParts) {
  const { metrics, log } = parts;
  let refused: string | undefined;
  return async (served: ServingModel): Promise<ServingModel | undefined> => {
    const newest = await parts.source.newestComplete();
    if (newest === undefined || newest === served.bundleId || newest === refused) return undefined;
    try {
      const next = new ServingModel(newest, await parts.loader.load(newest));
      await layOver(parts, next);
      await parts.statistics.refresh(next);
      metrics.bundleLoaded("loaded");
      log.info({ bundle: newest }, "serving a new bundle");
      return next;
    } catch (failure) {
      // Damage stays; a database that is away comes back.
      if (isDamage(failure)) refused = newest;
      metrics.bundleLoaded("refused");
      log.error({ bundle: newest, err: failure }, "new bundle refused; the old one serves on");
      return undefined;
    }
  };
}

function isDamage(failure: unknown): boolean {
  const { code } = ServiceError.from(failure);
  return code === "data_loss" || code === "failed_precondition";
}

/** Tasks one after the other, so that no two change the model at once. */
function oneByOne(onFailure: (what: Refreshed, failure: unknown) => void) {
  let tasks: Promise<void> = Promise.resolve();
  return {
    run(what: Refreshed, task: () => Promise<void>): void {
      tasks = tasks.then(task).catch((failure: unknown) => {
        onFailure(what, failure);
      });
    },
    ended: () => tasks,
  };
}

async function loadFirst({ source, loader, bundleId, metrics }: KeepCurrentParts) {
  const id = bundleId ?? (await source.newestComplete());
  if (id === undefined) {
    throw new ServiceError(
      "failed_precondition",
      "there is no bundle to serve: build one first (canarec bundle build)",
    );
  }
  const contents = await loader.load(id);
  metrics.bundleLoaded("loaded");
  return new ServingModel(id, contents);
}

const laidOver = new WeakMap<ServingModel, string>();

/** Lay new movies over a model, unless they are the same as before, and keep from all what nobody is to see. */
async function layOver(
  { database, hideAdult }: Pick<KeepCurrentParts, "database" | "hideAdult">,
  model: ServingModel,
): Promise<void> {
  await layNewMovies(database, model);
  if (hideAdult) model.keepFromAll(await readAdultMovies(database));
}

async function layNewMovies(
  database: KeepCurrentParts["database"],
  model: ServingModel,
): Promise<void> {
  const added = await readNewMovies(database, model);
  const signature = JSON.stringify(added.map(signatureOf));
  if ((laidOver.get(model) ?? "[]") === signature) return;
  model.applyNewMovies(added);
  laidOver.set(model, signature);
}

function signatureOf({ movie, neighbours }: NewMovie): unknown[] {
  return [movie, neighbours];
}

/** Call once for all calls within a time. */
function gathered(waitMs: number, task: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    call: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        task();
      }, waitMs);
    },
    cancel: () => clearTimeout(timer),
  };
}
