import type { Queryable } from "@canarec/db-utils/queryable";
import type { ReleasedService } from "@canarec/db-utils/releases/service-release-repository";
import {
  type Work,
  answeredWork,
  receivedWork,
  streamWork,
} from "@canarec/db-utils/releases/service-work";

/** A service's work, by who tells of it. */
export type WitnessedWork = ReadonlyMap<string, Work>;

const HOUR_MS = 3_600_000;

/** What is known of the builds before: lines of all time, answers of the last hour. Of monitoring nothing is counted. */
export async function pastWork(
  client: Queryable,
  service: ReleasedService,
  now: Date,
): Promise<WitnessedWork> {
  if (service === "stream-parser") return new Map([["lines", await streamWork(client)]]);
  return answers(client, service, new Date(now.getTime() - HOUR_MS));
}

/** Begin to measure. @returns what tells what has been done since. */
export async function openMeter(
  client: Queryable,
  service: ReleasedService,
  since: Date,
): Promise<() => Promise<WitnessedWork>> {
  if (service !== "stream-parser") return () => answers(client, service, since);
  const start = await streamWork(client);
  return async () => {
    const { done, bad } = await streamWork(client);
    // Below 0 where a topic was made anew, or retention has removed old counts.
    const lines = { done: Math.max(0, done - start.done), bad: Math.max(0, bad - start.bad) };
    return new Map([["lines", lines]]);
  };
}

async function answers(
  client: Queryable,
  service: ReleasedService,
  since: Date,
): Promise<WitnessedWork> {
  if (service !== "load-balancer") return new Map();
  return new Map([
    ["answers", await answeredWork(client, since)],
    ["answers as the platform has them", await receivedWork(client, since)],
  ]);
}
