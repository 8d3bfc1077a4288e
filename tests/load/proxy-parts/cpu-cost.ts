import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "../ingest-parts/process-cpu.ts";
import { openGenerator } from "../serve-parts/generator.ts";

const USERS = 100_000;
const CONNECTIONS = 64;

/** What is measured. */
export interface Target {
  readonly name: string;
  readonly url: string;
  /** Of the process whose CPU time counts, with all that it started. */
  readonly pid: number;
}

/** CPU microseconds that a target takes for a request, at one rate (`open`) or at most (`closed`). */
export async function costOf(
  { url, pid }: Target,
  load: "open" | "closed",
  { seconds, perSecond }: { readonly seconds: number; readonly perSecond: number },
): Promise<number> {
  await using generator = openGenerator(url);
  const before = cpuSeconds(pid);
  const measured =
    load === "open"
      ? await generator.open({ seconds, perSecond, nextUser: anyUser })
      : await generator.closed({ seconds, connections: CONNECTIONS, nextUser: anyUser });
  const { count, failed, fallbacks } = measured.latencies;
  if (failed + fallbacks > 0) {
    process.stdout.write(`  ${failed} failed, ${fallbacks} fallbacks of ${count}\n`);
  }
  await sleep(200); // what follows an answer belongs to it
  return ((cpuSeconds(pid) - before) * 1e6) / count;
}

export function anyUser(): number {
  return 1 + Math.floor(Math.random() * USERS);
}

/** Until a replica's list comes, and not the load balancer's own. */
export async function untilServed(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/recommend/1`);
    await answer.text();
    if (answer.ok && !answer.headers.has("x-canarec-fallback")) return;
    await sleep(50);
  }
}

/** Median, and the middle half of the values. */
export function summary(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = (sorted.length - 1) * share;
    const [low = NaN, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return (low + (high - low) * (place % 1)).toFixed(digits);
  };
  return `median ${at(0.5)} (${at(0.25)} to ${at(0.75)}, n = ${values.length})`;
}
