import { type RequestHandler, Router } from "express";
import type { Registry } from "prom-client";

/** Whether a service can do its work now, and if not, why. */
export type Readiness =
  | { readonly ready: true; readonly degraded?: string }
  | { readonly ready: false; readonly reason: string };

/**
 * `/healthz` answers 200 while the process lives; `/readyz` 200 when it can serve, else 503 with the
 * reason; `/metrics` in the Prometheus text format.
 *
 * @param mayRead lets through who may see the metrics, see metrics-access.ts.
 */
export function healthRoutes(
  registry: Pick<Registry, "contentType" | "metrics">,
  readiness: () => Readiness | Promise<Readiness>,
  mayRead: RequestHandler,
): Router {
  return Router()
    .get("/healthz", (_req, res) => void res.json({ status: "alive" }))
    .get("/readyz", async (_req, res) => {
      const state = await readiness();
      res.status(state.ready ? 200 : 503).json(state);
    })
    .get("/metrics", mayRead, async (_req, res) => {
      res.type(registry.contentType).send(await registry.metrics());
    });
}
