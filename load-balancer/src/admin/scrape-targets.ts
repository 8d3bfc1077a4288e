import { type RequestHandler, Router } from "express";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";

/** A group of targets as Prometheus' HTTP service discovery takes it. */
export interface ScrapeTarget {
  /** `host:port` */
  readonly targets: readonly string[];
  readonly labels: { readonly track: string; readonly replica: string };
}

/** Every replica of a routing, a group each, main's first. */
export function scrapeTargetsOf({ replicas }: Pick<RoutingSnapshot, "replicas">): ScrapeTarget[] {
  return (["main", "nightly"] as const).flatMap((track) =>
    replicas[track].map(({ name, url }) => ({
      targets: [new URL(url).host],
      labels: { track, replica: name },
    })),
  );
}

/**
 * `GET /scrape-targets`: the replicas that requests are sent to now, for Prometheus to ask for their metrics.
 *
 * @param mayRead lets through who may see the metrics.
 */
export function scrapeTargets(current: () => RoutingSnapshot, mayRead: RequestHandler): Router {
  const answer: RequestHandler = (_req, res) => void res.json(scrapeTargetsOf(current()));
  return Router().get("/scrape-targets", mayRead, answer);
}
