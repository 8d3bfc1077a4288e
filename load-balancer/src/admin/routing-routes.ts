import { parseRequest } from "@canarec/service-kit/http";
import { type RequestHandler, Router, json } from "express";
import { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { RoutingReply } from "../routing/live-routing.ts";
import type { WorkerStatus } from "../workers/serving-worker.ts";

/** A snapshot of hundreds of replicas and thousands of pinned users. */
const MOST_BYTES = 1_000_000;

const NOBODY_YET = { code: "unavailable", message: "no worker serves yet" };

export interface RoutingRoutesParts {
  /** Whoever may change the routing. */
  readonly authorise: RequestHandler;
  readonly current: () => RoutingSnapshot;
  /** Keep and take a snapshot. */
  readonly offer: (snapshot: RoutingSnapshot) => Promise<RoutingReply | undefined>;
  readonly status: () => Promise<WorkerStatus>;
}

/**
 * For the controller:
 *
 * - `PUT /routing` offers a snapshot. 200 with its version and epoch acknowledges it; 409 with those that
 *   are held, and why, refuses it; 503: nobody serves yet.
 * - `GET /routing`: the routing in force.
 * - `GET /tracks`: counters since the start, by track, and of shadowing.
 */
export function routingRoutes(parts: RoutingRoutesParts): Router {
  return Router()
    .use(["/routing", "/tracks"], parts.authorise)
    .put("/routing", json({ limit: MOST_BYTES }), async (req, res) => {
      const reply = await parts.offer(parseRequest(RoutingSnapshot, req.body));
      if (reply === undefined) res.status(503).json(NOBODY_YET);
      else res.status(reply.refused === undefined ? 200 : 409).json(reply);
    })
    .get("/routing", (_req, res) => {
      res.json(parts.current());
    })
    .get("/tracks", async (_req, res) => {
      const { tracks, shadow } = await parts.status();
      res.json({ ...tracks, shadow });
    });
}
