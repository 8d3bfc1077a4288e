import { describe, expect, it } from "vitest";
import { planEmbedding } from "./embedding-plan.ts";

/** A movie with the text hash "new". */
const movie = (movieKey: number, movieId: string, storedHash: string | null) => ({
  movie: {
    movieKey,
    movieId,
    storedHash,
    title: movieId,
    year: null,
    overview: null,
    genres: [],
    directors: [],
    cast: [],
  },
  text: movieId,
  textHash: "new",
});

describe("planEmbedding", () => {
  it("tells what is missing, stale, unrecorded, orphaned and in order", () => {
    const plan = planEmbedding({
      texts: [
        movie(1, "fine", "new"),
        movie(2, "missing", null),
        movie(3, "lost", "new"),
        movie(4, "stale", "old"),
        movie(5, "half-written", "old"),
        movie(6, "unrecorded", null),
        movie(7, "rolled-back", "new"),
      ],
      skipped: [
        { movieKey: 8, movieId: "forgotten", reason: "nothing known of it" },
        { movieKey: 9, movieId: "placeholder", reason: "nothing known of it" },
      ],
      vectorHashes: new Map([
        ["fine", "new"],
        ["stale", "old"],
        ["half-written", "new"],
        ["unrecorded", "new"],
        ["rolled-back", "old"],
        ["forgotten", "old"],
        ["stray", "old"],
      ]),
      recorded: new Set([1, 3, 4, 5, 7, 8]),
    });
    const ids = (texts: readonly { movie: { movieId: string } }[]) =>
      texts.map((text) => text.movie.movieId);
    expect(plan.unchanged).toBe(1);
    expect(ids(plan.missing)).toEqual(["missing", "lost"]);
    expect(ids(plan.stale)).toEqual(["stale", "rolled-back"]);
    expect(plan.unrecorded).toEqual([
      { movieKey: 5, textHash: "new" },
      { movieKey: 6, textHash: "new" },
    ]);
    expect(plan.orphaned).toEqual(["forgotten", "stray"]);
    expect(plan.misrecorded).toEqual([8]);
  });
});
