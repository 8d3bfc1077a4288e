import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startMonitoring } from "@canarec/monitoring/compose";
import { monitoringConfig } from "@canarec/monitoring/config";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { createLogger } from "@canarec/service-kit/logging";
import { openControlWorld, operatorOf } from "../control/control-under-test.ts";
import { movieId, openWorld } from "../inference/inference-under-test.ts";
import { balance, untilReplicas } from "../load-balancer/load-balancer-under-test.ts";
import { openWorld as openStream } from "../stream-parser/harness.ts";
import type { Operation } from "./fuzz-requests.ts";

/** A port that speaks HTTP. */
export interface Surface {
  readonly name: string;
  readonly url: string;
  /** Header lines of whoever may ask. */
  readonly fixed: string;
  readonly operations: readonly Operation[];
}

export interface Surfaces extends AsyncDisposable {
  readonly all: readonly Surface[];
}

export const SURFACE_NAMES = [
  ...[
    "public data plane",
    "admin port",
    "control plane",
    "inference",
    "stream-parser",
    "monitoring",
  ],
] as const;

const HEALTH: readonly Operation[] = ["/healthz", "/readyz", "/metrics"].map((path) => ({
  ...{ method: "GET", path },
}));

const USER_API: readonly Operation[] = [
  { method: "GET", path: "/recommend/{42}" },
  {
    method: "GET",
    path: "/api/v1/users/{42}/recommendations",
    query: { n: "5", explain: "true", exclude: movieId(1) },
  },
  { method: "GET", path: `/api/v1/users/{42}/explain-not/{${movieId(3)}}` },
  { method: "GET", path: "/api/v1/users/{42}/hidden" },
  { method: "PUT", path: `/api/v1/users/{42}/hidden/{${movieId(5)}}` },
  { method: "DELETE", path: `/api/v1/users/{42}/hidden/{${movieId(5)}}` },
  { method: "GET", path: `/api/v1/movies/{${movieId(2)}}` },
  { method: "GET", path: `/api/v1/movies/{${movieId(2)}}/similar`, query: { n: "3" } },
  { method: "GET", path: "/api/v1/survey", query: { n: "3" } },
];
const SEARCH: Operation = {
  method: "GET",
  path: "/api/v1/movies",
  query: { search: "movie", n: "3" },
};

const WHO = { actor: "ann", reason: "a look" };

const CONTROL: readonly Operation[] = [
  {
    ...{ method: "POST", path: "/releases" },
    body: {
      ...{
        ref: "no-such-ref",
        plan: "quick",
        actor: "ann",
        bundle: "ab".repeat(32),
        queue: "queue",
      },
      ...{ policy: "superior", source: "api", tag: "v1", emergency: false },
      ...{
        expectation: { users: 10, information: 10 },
        gate: { kind: "skipped", reason: "a test" },
      },
    },
  },
  { method: "GET", path: "/releases" },
  { method: "GET", path: "/releases/{1}" },
  { method: "GET", path: "/releases/{1}/record" },
  ...["pause", "resume", "abort"].map((kind) => ({
    ...{ method: "POST", path: `/releases/{1}/${kind}`, body: WHO },
  })),
  { method: "GET", path: "/code", query: { ref: "HEAD" } },
  { method: "GET", path: "/plans" },
  { method: "GET", path: "/status" },
  { method: "PUT", path: "/pins/{7}", body: { track: "main", ...WHO } },
  { method: "DELETE", path: "/pins/{7}", body: WHO },
  {
    method: "GET",
    path: "/audit",
    query: { limit: "5", action: "pin", release: "1", since: "2024-01-01T00:00:00Z" },
  },
  { method: "GET", path: "/tokens" },
  { method: "POST", path: "/tokens", body: { name: "ann", actor: "ann" } },
  { method: "DELETE", path: "/tokens/{bob}", body: WHO },
];

/** Older than what is in force, so that it is refused where nothing else is wrong with it. */
const SNAPSHOT = {
  ...{ v: 1, version: 0, epoch: 0, nightlyWeight: 0, salt: "s", step: 0, leaseEndsAt: null },
  ...{ releaseId: null, shadowShare: 0, pinned: { "7": "main" } },
  replicas: { main: [{ name: "r0-1", url: "http://127.0.0.1:9" }], nightly: [] },
};

const ADMIN: readonly Operation[] = [
  { method: "PUT", path: "/routing", body: SNAPSHOT },
  { method: "GET", path: "/routing" },
  { method: "GET", path: "/tracks" },
];

/** Every port of every service, in this process, over real servers. */
export async function openSurfaces(): Promise<Surfaces> {
  await using opened = new Resources();
  const control = opened.use(await openControlWorld());
  const plane = opened.use(await control.start());
  const operator = operatorOf(control, plane);
  await operator.untilReady();
  await operator.untilServed();
  const catalogue = opened.use(await openWorld());
  const inference = opened.use(await catalogue.start({ deadlineMs: 20_000 }));
  const stream = opened.use(await openStream());
  const parser = await stream.startParser();
  const balancer = opened.use(
    await balance({
      ...{ replicas: [inference.url], home: catalogue.home, brokers: stream.brokers },
      ...{ topic: stream.exposureTopic, deadlineMs: 20_000, apiDeadlineMs: 20_000 },
      // Off, since 429 would be the answer to most of many requests.
      rateLimits: { recommend: 0, api: 0, change: 0, other: 0 },
    }),
  );
  await untilReplicas(balancer, 1);
  const monitoring = opened.use(
    await startMonitoring(
      monitoringConfig({ DATABASE_URL: stream.databaseUrl, PORT: "0" }),
      createLogger("monitoring", "silent"),
      { jobs: [] },
    ),
  );
  const token = readFileSync(join(control.home, "control-token"), "utf8").trim();
  const ports = {
    "public data plane": balancer.url,
    "admin port": control.balancer.adminUrl,
    "control plane": plane.url,
    inference: inference.url,
    "stream-parser": parser.url,
    monitoring: monitoring.url,
  };
  return disposable(opened, {
    all: surfacesOf(ports, token),
  });
}

type Ports = Readonly<Record<(typeof SURFACE_NAMES)[number], string>>;

function surfacesOf(ports: Ports, token: string): Surface[] {
  const guarded = `authorization: Bearer ${token}\r\n`;
  const popular = { method: "GET", path: "/internal/popular", query: { n: "9" } };
  const operations: Readonly<Record<keyof Ports, readonly Operation[]>> = {
    "public data plane": [...USER_API, SEARCH, ...HEALTH.slice(0, 1)],
    "admin port": [...ADMIN, ...HEALTH],
    "control plane": [...CONTROL, ...HEALTH],
    inference: [...USER_API, SEARCH, ...HEALTH, popular],
    "stream-parser": [{ method: "GET", path: "/status" }, ...HEALTH],
    monitoring: HEALTH,
  };
  return SURFACE_NAMES.map((name) => ({
    ...{ name, url: ports[name], operations: operations[name] },
    fixed: name === "admin port" || name === "control plane" ? guarded : "",
  }));
}
