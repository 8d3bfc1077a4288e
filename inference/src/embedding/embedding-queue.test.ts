import { describe, expect, it } from "vitest";
import { EmbeddingQueue, type Job, sliced } from "./embedding-queue.ts";

const job = (): Job => ({
  embeddings: [],
  remaining: 0,
  finished: false,
  resolve: () => undefined,
  reject: () => undefined,
});

describe("sliced", () => {
  it("puts texts of similar length together, long ones first, and knows their places", () => {
    const slices = sliced(job(), ["aa", "a", "aaaa", "aaa"], 3);
    expect(slices.map(({ texts, places }) => ({ texts, places }))).toEqual([
      { texts: ["aaaa", "aaa", "aa"], places: [2, 3, 0] },
      { texts: ["a"], places: [1] },
    ]);
  });
});

describe("EmbeddingQueue", () => {
  const slice = (texts: string[], owner = job()) => ({ job: owner, texts, places: [], deaths: 0 });

  it("gives queries before batches, each in their order, and what was put back first", () => {
    const queue = new EmbeddingQueue();
    queue.push(slice(["batch 1"]), "batch");
    queue.push(slice(["batch 2"]), "batch");
    queue.push(slice(["query"]), "query");
    queue.unshift(slice(["again"]));
    expect(queue.size).toBe(4);
    const taken = Array.from({ length: 4 }, () => queue.take()?.texts[0]);
    expect(taken).toEqual(["again", "query", "batch 1", "batch 2"]);
    expect(queue.take()).toBeUndefined();
    expect(queue.size).toBe(0);
  });

  it("forgets slices of jobs that are finished", () => {
    const queue = new EmbeddingQueue();
    const dropped = job();
    queue.push(slice(["a", "b"], dropped), "batch");
    queue.push(slice(["c"]), "batch");
    dropped.finished = true;
    queue.sweep();
    expect(queue.size).toBe(1);
    expect(queue.jobs().size).toBe(1);
    expect(queue.take()?.texts).toEqual(["c"]);
  });
});
