import { request } from "undici";
import { z } from "zod";
import type { ControlMetrics } from "./metrics.ts";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";

/** A data plane answers from memory, after one write to its disk. */
const LIMIT_MS = 2_000;

const Reply = z.object({
  version: z.int(),
  epoch: z.int(),
  refused: z.enum(["older_epoch", "older_version", "conflict", "lease_lost"]).optional(),
});

const Counts = z.object({
  attempts: z.number(),
  failures: z.number(),
  available: z.number(),
  replicas: z.array(z.object({ name: z.string(), available: z.boolean(), inFlight: z.number() })),
});

const Tracks = z.object({
  main: Counts,
  nightly: Counts,
  shadow: z.record(z.string(), z.number()),
});
export type TrackReport = z.output<typeof Tracks>;

/** What the data planes made of a snapshot. */
export interface Pushed {
  /** Every one of them has it. */
  readonly acknowledged: boolean;
  /** One went back to main by itself. */
  readonly leaseLost: boolean;
  /** One has heard of a newer leader. */
  readonly deposed: boolean;
  /** One holds a version above: it must be written anew with a larger one. */
  readonly newestVersion: number;
  /** Addresses that did not answer. */
  readonly silent: readonly string[];
}

export interface DataPlanes {
  push(snapshot: RoutingSnapshot): Promise<Pushed>;
  tracks(): Promise<readonly TrackReport[]>;
}

/** The same data planes, and what becomes of what is sent to them is counted. */
export function countingPushes(
  planes: DataPlanes,
  { routingPushed }: Pick<ControlMetrics, "routingPushed">,
): DataPlanes {
  return {
    async push(snapshot) {
      const pushed = await planes.push(snapshot);
      routingPushed(pushed.acknowledged);
      return pushed;
    },
    tracks: () => planes.tracks(),
  };
}

/** @param adminUrls of every data plane. @param token read anew each time; a secret. */
export function openDataPlanes(
  adminUrls: readonly string[],
  token: () => Promise<string>,
): DataPlanes {
  const call = async (url: string, method: "GET" | "PUT", path: string, body?: unknown) => {
    const answer = await request(new URL(path, url), {
      method,
      signal: AbortSignal.timeout(LIMIT_MS),
      headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 && answer.statusCode !== 409) {
      throw new Error(`${path} answered ${answer.statusCode}`);
    }
    return JSON.parse(text) as unknown;
  };
  return {
    async push(snapshot) {
      const replies = await Promise.allSettled(
        adminUrls.map(async (url) => Reply.parse(await call(url, "PUT", "/routing", snapshot))),
      );
      const heard = replies.flatMap((reply) => (reply.status === "fulfilled" ? [reply.value] : []));
      return {
        acknowledged:
          heard.length === adminUrls.length && heard.every(({ refused }) => refused === undefined),
        leaseLost: heard.some(({ refused }) => refused === "lease_lost"),
        deposed: heard.some(({ refused }) => refused === "older_epoch"),
        newestVersion: Math.max(0, ...heard.map(({ version }) => version)),
        silent: adminUrls.filter((_, index) => replies[index]?.status === "rejected"),
      };
    },
    async tracks() {
      const reports = await Promise.allSettled(
        adminUrls.map(async (url) => Tracks.parse(await call(url, "GET", "/tracks"))),
      );
      return reports.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    },
  };
}
