import { createInferenceMetrics } from "@canarec/inference/metrics";
import { createLoadBalancerMetrics, createParentMetrics } from "@canarec/load-balancer/metrics";
import { createJudgeMetrics } from "@canarec/monitoring/judge/metrics";
import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { type Registry, createRegistry } from "@canarec/service-kit/metrics";
import { createSimulatorMetrics } from "@canarec/simulator/metrics";
import { createStreamMetrics } from "@canarec/stream-parser/metrics";

const nothing = () => undefined;
const zero = () => 0;

/** Every service, as its label `service` has it, with the instruments that its composition root declares. */
const DECLARATIONS: Readonly<Record<string, (registry: Registry) => void>> = {
  "load-balancer": (registry) => {
    const metrics = createLoadBalancerMetrics(registry);
    metrics.watchDelivery({ buffered: zero, spooled: zero });
    metrics.watchReplicas(() => []);
    createParentMetrics(registry);
  },
  "control-plane": nothing,
  inference: (registry) => {
    createInferenceMetrics(registry, {
      ...{ usersInMemory: zero, rowsInMemory: zero, feedAgeSeconds: nothing, newMovies: zero },
      ...{ bundleAgeSeconds: nothing, statisticsAgeSeconds: nothing },
    });
  },
  "stream-parser": (registry) => void createStreamMetrics(registry),
  monitoring: (registry) => {
    createMonitoringMetrics(registry);
    createJudgeMetrics(registry);
  },
  simulator: (registry) => void createSimulatorMetrics(registry),
};

/** The registry of each service, without the service. */
export function serviceRegistries(): ReadonlyMap<string, Registry> {
  return new Map(
    Object.entries(DECLARATIONS).map(([service, declare]) => {
      const registry = createRegistry(service);
      declare(registry);
      return [service, registry];
    }),
  );
}
