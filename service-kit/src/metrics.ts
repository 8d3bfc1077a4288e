import { AggregatorRegistry, Registry, collectDefaultMetrics } from "prom-client";

export { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Bucket bounds in seconds, dense around the deadlines of 600 and 800 ms. */
export const LATENCY_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 2.5, 5, 10,
];

/** A service's own registry, labelled with its name, with the runtime's metrics in it. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** All values of a registry, as another process can be sent them. */
export type MetricValues = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** The values of several processes as one: each instrument's `aggregator` says how, else they are summed. */
export function mergeMetrics(processes: readonly MetricValues[]): Registry {
  return AggregatorRegistry.aggregate([...processes]);
}
