import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DescribedMovie, movieText } from "./movie-text.ts";

const NOTHING: DescribedMovie = {
  title: null,
  year: null,
  genres: [],
  directors: [],
  cast: [],
  overview: null,
};

const alien: DescribedMovie = {
  title: "Alien",
  year: 1979,
  genres: ["Horror", "Sci-Fi"],
  directors: ["Ridley Scott"],
  cast: ["Sigourney Weaver", "Tom Skerritt", "John Hurt", "Ian Holm", "Yaphet Kotto", "Bolaji"],
  overview: "A crew answers\n a call.",
};

describe("movieText", () => {
  it("says title, year, genres, people and overview, in this order", () => {
    expect(movieText(alien)).toBe(
      "Alien (1979). Horror, Sci-Fi. Directed by Ridley Scott. " +
        "With Sigourney Weaver, Tom Skerritt, John Hurt, Ian Holm, Yaphet Kotto. " +
        "A crew answers a call.",
    );
  });

  it.each<{ known: string; movie: Partial<DescribedMovie>; text: string }>([
    { known: "a title", movie: { title: "Alien" }, text: "Alien." },
    { known: "a number as title", movie: { title: "1984", year: 1984 }, text: "1984 (1984)." },
    { known: "an overview", movie: { overview: "A call." }, text: "A call." },
    { known: "genres", movie: { genres: ["Horror", " "] }, text: "Horror." },
    { known: "the director", movie: { directors: ["A", "B", "C"] }, text: "Directed by A, B." },
    { known: "nothing", movie: {}, text: "" },
    { known: "a year alone", movie: { year: 1979 }, text: "" },
    { known: "blanks", movie: { title: " ", overview: "\t\u0000" }, text: "" },
  ])("makes do with $known", ({ movie, text }) => {
    expect(movieText({ ...NOTHING, ...movie })).toBe(text);
  });

  it("cuts a long overview after a word", () => {
    const text = movieText({ ...NOTHING, overview: "word ".repeat(500) });
    expect(text).toHaveLength(999);
    expect(text.endsWith("word")).toBe(true);
  });

  it("is one line of well-formed text, whatever it is given", () => {
    const unit = fc.string({ unit: "binary" });
    const movie = fc.record({
      title: fc.option(unit),
      year: fc.option(fc.integer({ min: 1800, max: 2200 })),
      genres: fc.array(unit, { maxLength: 3 }),
      directors: fc.array(unit, { maxLength: 3 }),
      cast: fc.array(unit, { maxLength: 8 }),
      overview: fc.option(fc.oneof(unit, fc.constant("\ud83c"), fc.constant("🎬".repeat(900)))),
    });
    fc.assert(
      fc.property(movie, (described) => {
        const text = movieText(described);
        expect(text).toBe(text.trim());
        expect(text).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        expect(text).toBe(movieText(described));
      }),
    );
  });
});
