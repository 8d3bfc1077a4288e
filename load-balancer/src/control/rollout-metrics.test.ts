import { createRegistry } from "@canarec/service-kit/metrics";
import { describe, expect, it } from "vitest";
import { type ReleaseView, watchRollouts } from "./rollout-metrics.ts";

const VIEW: ReleaseView = {
  current: { releaseId: 7, state: "ramping", step: 2, window: 1, sinceMs: 5_000 },
  waiting: 3,
  tracks: [
    { track: "main", releaseId: 6, build: "a".repeat(40), bundle: "b".repeat(64) },
    { track: "nightly", releaseId: 7, build: "c".repeat(40), bundle: null },
  ],
  replicas: ["ready", "ready", "starting"],
};

async function scrape(read: () => Promise<ReleaseView | undefined>) {
  const registry = createRegistry("control-plane");
  watchRollouts(registry, read);
  const lines = (await registry.metrics()).split("\n");
  return lines.filter((line) => /^canarec_(?:rollout|releases|track|replicas)/.test(line));
}

describe("the metrics of rollouts", () => {
  it("tell where releases stand, by one reading a scrape", async () => {
    let readings = 0;
    const lines = await scrape(async () => {
      readings += 1;
      return VIEW;
    });
    expect(readings).toBe(1);
    const without = lines.map((line) => line.replace(/,?service="control-plane"/, ""));
    expect(without).toEqual(
      expect.arrayContaining([
        "canarec_rollout_release_id{} 7",
        "canarec_rollout_step{} 2",
        "canarec_rollout_state_since_timestamp_seconds{} 5",
        'canarec_rollout_state{state="ramping"} 1',
        'canarec_rollout_state{state="promoted"} 0',
        "canarec_releases_waiting{} 3",
        'canarec_replicas{state="ready"} 2',
        'canarec_replicas{state="draining"} 0',
      ]),
    );
    expect(without.filter((line) => line.includes('track="nightly",release="7"'))).toHaveLength(1);
  });

  it("are absent where nobody knows", async () => {
    expect(await scrape(() => Promise.reject(new Error("Postgres is away")))).toEqual([]);
  });
});
