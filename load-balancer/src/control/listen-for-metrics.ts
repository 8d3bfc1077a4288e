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
import type { RequestHandler } from "express";

/**
 * `/metrics` and `/healthz` on every interface, for a Prometheus on another machine or in another container, while the
 * API stays on its own address: for whoever has the token, and without one for this machine alone.
 *
 * @param port none: nothing is opened.
 * @throws ServiceError `unavailable` when the port is taken.
 */
export async function listenForMetrics(
  port: number | undefined,
  {
    registry,
    mayRead,
  }: {
    readonly registry: Pick<Registry, "contentType" | "metrics">;
    readonly mayRead: RequestHandler;
  },
  log: ErrorLog,
): Promise<AsyncDisposable> {
  if (port === undefined) return new Resources();
  const app = createApp()
    .use(healthRoutes(registry, () => ({ ready: true }), mayRead))
    .use(unknownPath())
    .use(errorHandler(log));
  return listen(app, { host: "0.0.0.0", port });
}
