import { createPoolMetrics } from "@canarec/db-utils/pool-metrics";
import { createInferenceMetrics } from "@canarec/inference/metrics";
import { createAuthenticationMetrics } from "@canarec/load-balancer/admin/metrics";
import { createControlMetrics } from "@canarec/load-balancer/control/metrics";
import { watchRollouts } from "@canarec/load-balancer/control/rollout-metrics";
import { createLoadBalancerMetrics, createParentMetrics } from "@canarec/load-balancer/metrics";
import { registerBackupMetrics } from "@canarec/monitoring/backups/backup-metrics";
import { createFreshnessMetrics } from "@canarec/monitoring/freshness/metrics";
import { createJudgeMetrics } from "@canarec/monitoring/judge/metrics";
import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { createWatchMetrics } from "@canarec/monitoring/watcher/metrics";
import { type Registry, createRegistry } from "@canarec/service-kit/metrics";
import { observeRequests } from "@canarec/service-kit/request-metrics";
import { createObservedGauges } from "@canarec/monitoring/observation/observed-gauges";
import { createObservationFailures } from "@canarec/monitoring/observation/start-observation";
import { createSimulatorMetrics } from "@canarec/simulator/metrics";
import { createStreamMetrics } from "@canarec/stream-parser/metrics";

const nothing = () => undefined;
const zero = () => 0;

/** What a service has that answers by express and asks Postgres. */
function observed(registry: Registry): void {
  observeRequests(registry);
  createPoolMetrics(registry);
}

/** Every service, as its label `service` has it, with the instruments that its composition root declares. */
const DECLARATIONS: Readonly<Record<string, (registry: Registry) => void>> = {
  "load-balancer": (registry) => {
    const metrics = createLoadBalancerMetrics(registry);
    metrics.watchDelivery({ buffered: zero, spooled: zero });
    metrics.watchReplicas(() => []);
    createParentMetrics(registry);
    createAuthenticationMetrics(registry);
  },
  "control-plane": (registry) => {
    observed(registry);
    createAuthenticationMetrics(registry);
    createControlMetrics(registry);
    watchRollouts(registry, () => Promise.resolve(undefined));
  },
  inference: (registry) => {
    createPoolMetrics(registry);
    createInferenceMetrics(registry, {
      ...{ usersInMemory: zero, rowsInMemory: zero, feedAgeSeconds: nothing, newMovies: zero },
      ...{ bundleAgeSeconds: nothing, statisticsAgeSeconds: nothing },
    });
  },
  "stream-parser": (registry) => {
    observed(registry);
    createStreamMetrics(registry);
  },
  monitoring: (registry) => {
    observed(registry);
    createMonitoringMetrics(registry);
    createJudgeMetrics(registry);
    createObservedGauges(registry);
    createObservationFailures(registry);
    createWatchMetrics(registry);
    createFreshnessMetrics(registry, zero);
    registerBackupMetrics(registry, "");
  },
  simulator: (registry) => {
    observed(registry);
    createSimulatorMetrics(registry);
  },
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
