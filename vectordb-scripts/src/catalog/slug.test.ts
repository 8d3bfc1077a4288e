import { describe, expect, it } from "vitest";
import { movieSlug } from "./slug.ts";

describe("movieSlug", () => {
  it.each([
    ["Batman Begins", 2005, "batman+begins+2005"],
    ["Honey, I Shrunk the Kids", 1989, "honey_+i+shrunk+the+kids+1989"],
    ["E.T. the Extra-Terrestrial", 1982, "e.t.+the+extra-terrestrial+1982"],
    ["Tristan & Isolde", 2006, "tristan++isolde+2006"],
    ["Amélie", 2001, "amlie+2001"],
    ["300", 2007, "300+2007"],
    ["Untitled", null, "untitled"],
  ])("makes of %s (%s) what the platform makes", (title, year, slug) => {
    expect(movieSlug(title, year)).toBe(slug);
  });

  it("makes none of a title of which nothing is left", () => {
    expect(movieSlug("千と千尋の神隠し", 2001)).toBeUndefined();
  });
});
