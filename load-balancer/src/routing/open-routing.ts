import { messageOf } from "@canarec/service-kit/errors";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { LoadBalancerMetrics } from "../metrics.ts";
import { type Tracks, type TracksOptions, openTracks } from "../replicas/open-tracks.ts";
import { fixedRouting } from "./fixed-routing.ts";
import { type RoutingReply, openLiveRouting } from "./live-routing.ts";
import { tellLeaseLost } from "./tell-operators.ts";
import { readStoredRouting, storeRouting } from "./stored-routing.ts";

export interface RoutingOptions extends TracksOptions {
  /** Main's replicas, where no controller names them; else none. */
  readonly replicaUrls: readonly string[];
  /** Where the last snapshot is kept. */
  readonly file: string;
  readonly wallMs: () => number;
  /** Absent: a lost lease is told in the log alone. */
  readonly slackWebhookUrl: string | undefined;
  readonly metrics: LoadBalancerMetrics;
  readonly log: Logger;
}

/** The routing in force, with the replicas that it names. */
export interface Routing extends AsyncDisposable {
  readonly pools: Tracks["pools"];
  current(): RoutingSnapshot;
  /**
   * Take a snapshot: in force, and on disk, when this resolves without a refusal.
   *
   * @throws where it could not be kept on disk: then it is not acknowledged.
   */
  offer(snapshot: RoutingSnapshot): Promise<RoutingReply>;
}

/** From the snapshot that an earlier process held; without one from the addresses given. */
export async function openRouting(options: RoutingOptions): Promise<Routing> {
  const { replicaUrls, file, metrics, log } = options;
  await using opened = new Resources();
  const stored = replicaUrls.length > 0 ? undefined : await readStoredRouting(file, log);
  const first = stored ?? fixedRouting(replicaUrls);
  const tracks = opened.use(openTracks(first, options));
  const live = openLiveRouting(first, {
    ...options,
    changed(routing) {
      const { version, nightlyWeight, shadowShare, releaseId } = routing;
      metrics.routingChanged({ version, nightlyWeight });
      log.info({ version, nightlyWeight, shadowShare, releaseId }, "routing changed");
      tracks.update(routing);
    },
    leaseLost({ version, releaseId }) {
      metrics.leaseLost();
      if (releaseId !== null)
        void tellLeaseLost({ version, releaseId }, options.slackWebhookUrl, log);
      log.error({ version, releaseId }, "nobody renewed nightly's lease: main serves all");
    },
  });
  opened.defer(() => live[Symbol.dispose]());
  metrics.routingChanged(live.current());
  let storing: Promise<unknown> = Promise.resolve();
  const offer = async (snapshot: RoutingSnapshot): Promise<RoutingReply> => {
    const reply = live.offer(snapshot);
    if (reply.refused !== undefined) return reply;
    const stores = storing.then(() => storeRouting(file, snapshot));
    storing = stores.catch((failure: unknown) => {
      log.error({ reason: messageOf(failure) }, "the routing could not be kept on disk");
    });
    await stores;
    return reply;
  };
  opened.defer(async () => {
    await storing;
  });
  return disposable(opened, { pools: tracks.pools, current: () => live.current(), offer });
}
