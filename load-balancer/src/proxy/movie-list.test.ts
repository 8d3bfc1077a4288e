import { describe, expect, it } from "vitest";
import { parseMovieList } from "./movie-list.ts";

describe("parseMovieList", () => {
  it.each(["alien", "alien,barbie", "amélie+2001,七人の侍+1954"])("reads %s", (text) => {
    expect(parseMovieList("text/plain; charset=utf-8", text)).toEqual(text.split(","));
  });

  it.each([
    ["nothing", ""],
    ["a hole", "alien,,barbie"],
    ["a newline", "alien,barbie\n"],
    ["a page", "<html>\n<p>Sorry, nothing</p>"],
    ["a sentence", "internal error, try later"],
    ["a movie twice", "alien,barbie,alien"],
    ["an id of 257 characters", "a".repeat(257)],
    ["101 movies", Array.from({ length: 101 }, (_, i) => i).join(",")],
  ])("refuses %s", (_what, text) => {
    expect(parseMovieList("text/plain", text)).toBeUndefined();
  });

  it.each(["text/html", "application/json", undefined])("refuses the type %s", (type) => {
    expect(parseMovieList(type, "alien,barbie")).toBeUndefined();
  });
});
