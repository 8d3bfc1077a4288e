import { type EventLoopUtilization, performance } from "node:perf_hooks";
import { AggregatorRegistry, Gauge, Registry, collectDefaultMetrics } from "prom-client";

export { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Bucket bounds in seconds, dense around the deadlines of 600 and 800 ms. */
export const LATENCY_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 2.5, 5, 10,
];

/** A service's own registry, labelled with its name, with the runtime's metrics in it. */
export function createRegistry(service: string): Registry {
  const registry = createBareRegistry(service);
  collectDefaultMetrics({ register: registry });
  watchEventLoop(registry);
  return registry;
}

/** The same without the runtime's, for a process that has those in another registry. */
export function createBareRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  return registry;
}

/** How busy this process is: at 1 whatever comes has to wait. */
function watchEventLoop(registry: Registry): void {
  let last: EventLoopUtilization = performance.eventLoopUtilization();
  new Gauge({
    name: "canarec_event_loop_utilization_ratio",
    help: "Share of the time since the last scrape in which the event loop was busy",
    aggregator: "max",
    registers: [registry],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
}

/** All values of a registry, as another process can be sent them. */
export type MetricValues = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** The values of several processes as one: each instrument's `aggregator` says how, else they are summed. */
export function mergeMetrics(processes: readonly MetricValues[]): Registry {
  return AggregatorRegistry.aggregate([...processes]);
}
