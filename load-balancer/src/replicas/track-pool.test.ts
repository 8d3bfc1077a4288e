import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { Replica } from "./replica.ts";
import { TrackPool } from "./track-pool.ts";

const WAITING = 50;

it("refuses those that wait for a track that has failed over several turns, in their order", async () => {
  await using replica = new Replica(
    { name: "nightly-1", url: "http://127.0.0.1:1" },
    { recommend: 1, api: 1 },
  );
  const options = {
    queueLimit: WAITING,
    nowMs: () => 0,
    random: () => 0,
    ejected: () => undefined,
  };
  const pool = new TrackPool("nightly", [replica], options);
  const refused: number[] = [];
  for (let i = 0; i < WAITING; i += 1) {
    const waiter = { granted: () => expect.unreachable(), refused: () => void refused.push(i) };
    expect(pool.enqueue("recommend", waiter)).toBe(true);
  }
  pool.wake();
  const atOnce = refused.length;
  expect(atOnce).toBeGreaterThan(0);
  expect(atOnce).toBeLessThan(WAITING / 2);
  for (let turns = 0; turns < WAITING; turns += 1) await turn();
  expect(refused).toEqual(Array.from({ length: WAITING }, (_, i) => i));
  expect(pool.queued).toBe(0);
});
