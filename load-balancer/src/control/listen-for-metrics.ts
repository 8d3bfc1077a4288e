import { healthRoutes } from "@canarec/service-kit/health";
import {
  type ErrorLog,
  createApp,
  errorHandler,
  listen,
  unknownPath,
} from "@canarec/service-kit/http";
import { Resources } from "@canarec/service-kit/lifecycle";
import type { Registry } from "@canarec/service-kit/metrics";

/**
 * `/metrics` and `/healthz` on every interface, for a Prometheus on another machine or in another container, while the
 * API stays on its own address.
 *
 * @param port none: nothing is opened.
 * @throws ServiceError `unavailable` when the port is taken.
 */
export async function listenForMetrics(
  port: number | undefined,
  registry: Pick<Registry, "contentType" | "metrics">,
  log: ErrorLog,
): Promise<AsyncDisposable> {
  if (port === undefined) return new Resources();
  const app = createApp()
    .use(healthRoutes(registry, () => ({ ready: true })))
    .use(unknownPath())
    .use(errorHandler(log));
  return listen(app, { host: "0.0.0.0", port });
}
