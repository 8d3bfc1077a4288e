import type { Request, RequestHandler } from "express";
import { Gauge, Histogram, LATENCY_BUCKETS, type Registry } from "./metrics.ts";

/**
 * Count and time the requests of an express app by the pattern of their route and the class of their status. Mount it
 * first: what no route takes is `none`, and what the client broke off is `closed`.
 */
export function observeRequests(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: "canarec_http_request_duration_seconds",
    help: "From the arrival of a request to the end of its answer",
    labelNames: ["route", "status"] as const,
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: "canarec_http_requests_in_flight",
    help: "Requests that are being answered",
    registers: [registry],
  });
  return (req, res, next) => {
    const startedMs = performance.now();
    inFlight.inc();
    res.once("close", () => {
      inFlight.dec();
      const status = res.writableFinished ? `${Math.floor(res.statusCode / 100)}xx` : "closed";
      seconds.observe({ route: routeOf(req), status }, (performance.now() - startedMs) / 1_000);
    });
    next();
  };
}

function routeOf(req: Request): string {
  const { path } = (req.route ?? {}) as { readonly path?: unknown };
  return typeof path === "string" ? `${req.baseUrl}${path}` : "none";
}
