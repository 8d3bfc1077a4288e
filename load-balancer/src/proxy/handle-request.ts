import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isOriginForm } from "@canarec/service-kit/broken-requests";
import { requestIdOf } from "@canarec/service-kit/http";
import { ApiCall } from "./api-call.ts";
import type { DataPlane } from "./data-plane.ts";
import { RecommendCall } from "./recommend-call.ts";
import { type LimitedPath } from "./rate-limit.ts";
import { type Target, parseTarget } from "./request-target.ts";
import { type Problem, markHeaders, sendProblem } from "./respond.ts";

const NOT_OURS: Problem = {
  status: 400,
  code: "invalid_argument",
  message: "expected one host, and a path as the target",
  headers: ["connection", "close"],
};

const NO_BODY: Problem = {
  status: 413,
  code: "too_large",
  message: "a request here has no body",
  headers: ["connection", "close"],
};

/** The public port: /recommend/:userId, /api/v1/* and /healthz, and nothing else. */
export function handleRequest(plane: DataPlane): RequestListener {
  return (req, res) => {
    const requestId = requestIdOf(req.headers["x-request-id"]);
    if (!isOriginForm(req)) {
      refuse(plane, res, NOT_OURS, requestId);
      return;
    }
    if (hasBody(req)) {
      refuse(plane, res, NO_BODY, requestId);
      return;
    }
    const target = parseTarget(req.method, req.url ?? "");
    const path = LIMITED[target.kind];
    const waitMs = plane.rateLimit.waitMs(path, req.socket.remoteAddress, plane.nowMs());
    if (waitMs > 0) {
      plane.metrics.rateLimited(path);
      refuse(plane, res, tooOften(waitMs), requestId);
      return;
    }
    switch (target.kind) {
      case "recommend":
        new RecommendCall(plane, res, target.userId, requestId).begin();
        return;
      case "api":
        new ApiCall(plane, req, res, { ...target, method: "GET", requestId }).begin();
        return;
      case "change":
        new ApiCall(plane, req, res, { ...target, requestId }).begin();
        return;
      case "health":
        answerHealth(plane, res, requestId);
        return;
      case "refused":
        refuse(
          plane,
          res,
          target.allow === undefined ? target : { ...target, headers: ["allow", target.allow] },
          requestId,
        );
    }
  };
}

/** What a request counts as. */
const LIMITED: Readonly<Record<Target["kind"], LimitedPath>> = {
  recommend: "recommend",
  api: "api",
  change: "change",
  health: "other",
  refused: "other",
};

function tooOften(waitMs: number): Problem {
  return {
    status: 429,
    code: "resource_exhausted",
    message: "too many requests from this address",
    headers: ["retry-after", String(Math.ceil(waitMs / 1_000))],
  };
}

function hasBody(req: IncomingMessage): boolean {
  const length = req.headers["content-length"];
  return req.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

function refuse(plane: DataPlane, res: ServerResponse, problem: Problem, requestId: string): void {
  plane.metrics.requestRefused(problem.status);
  sendProblem(res, problem, {
    requestId,
    track: "none",
    build: null,
    close: plane.draining() && problem.headers?.[0] !== "connection",
  });
}

/** For whoever stands before us: 200 while requests should come here. */
function answerHealth(plane: DataPlane, res: ServerResponse, requestId: string): void {
  const stopping = plane.stopping();
  const body = JSON.stringify({ status: stopping ? "draining" : "alive" });
  res.writeHead(stopping ? 503 : 200, [
    "content-type",
    "application/json; charset=utf-8",
    "content-length",
    String(body.length),
    ...markHeaders({ requestId, track: "none", build: null, close: plane.draining() }),
  ]);
  res.end(body);
}
