import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { LoadBalancerMetrics } from "../metrics.ts";
import { type Tracks, type TracksOptions, openTracks } from "../replicas/open-tracks.ts";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { fixedRouting } from "./fixed-routing.ts";
import { type RoutingReply, openLiveRouting } from "./live-routing.ts";

export interface RoutingOptions extends TracksOptions {
  /** Main's replicas, where no controller names them; else none. */
  readonly replicaUrls: readonly string[];
  readonly wallMs: () => number;
  readonly metrics: LoadBalancerMetrics;
}

/** The routing in force, with the replicas that it names. */
export interface Routing extends AsyncDisposable {
  readonly pools: Tracks["pools"];
  current(): RoutingSnapshot;
  /** Take a snapshot: in force when this returns without a refusal. */
  offer(snapshot: RoutingSnapshot): RoutingReply;
  /** Resolves when each replica has been looked at, or has had the time for it. */
  settled(): Promise<void>;
}

/** From the addresses given, until the first snapshot. */
export function openRouting(options: RoutingOptions): Routing {
  const { replicaUrls, metrics } = options;
  const opened = new Resources();
  const first = fixedRouting(replicaUrls);
  const tracks = opened.use(openTracks(first, options));
  const live = openLiveRouting(first, {
    ...options,
    changed(routing) {
      metrics.routingChanged(routing);
      tracks.update(routing);
    },
    leaseLost: () => metrics.leaseLost(),
  });
  opened.defer(() => live[Symbol.dispose]());
  metrics.routingChanged(live.current());
  return disposable(opened, {
    pools: tracks.pools,
    current: () => live.current(),
    offer: (snapshot: RoutingSnapshot) => live.offer(snapshot),
    settled: () => tracks.settled(),
  });
}
