import type { MetricValues } from "@canarec/service-kit/metrics";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { RoutingReply } from "../routing/live-routing.ts";
import type { WorkerStatus } from "./serving-worker.ts";

/**
 * What the parent says to a worker. Those with an `id` are answered.
 *
 * NOTE: the worker may be of another build than its parent. What is said is only added to; what is not understood
 * is not answered.
 */
export type ToWorker =
  | { readonly say: "offer"; readonly id: number; readonly snapshot: RoutingSnapshot }
  | { readonly say: "status" | "metrics"; readonly id: number }
  /** Take connections; the socket comes with it. */
  | { readonly say: "listen" }
  /** Another one serves: let go of your connections and end. */
  | { readonly say: "retire" };

/** What a worker says to the parent. */
export type FromWorker =
  | { readonly say: "opened" | "listening" }
  | {
      readonly say: "answer";
      readonly id: number;
      readonly answer: RoutingReply | WorkerStatus | MetricValues;
    }
  /** Its last words. */
  | { readonly say: "final"; readonly status: WorkerStatus; readonly metrics: MetricValues };
