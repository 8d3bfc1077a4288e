import { describe, expect, it } from "vitest";
import { naturalTitle, titleAndYear } from "./natural-title.ts";

describe("titleAndYear", () => {
  it.each([
    ["Toy Story (1995)", "Toy Story", 1995],
    ["American President, The (1995)", "The American President", 1995],
    ["Blind Side, The  (2009)", "The Blind Side", 2009],
    ["Runaway Brain (1995) ", "Runaway Brain", 1995],
    ["Babylon 5", "Babylon 5", null],
    ["2001: A Space Odyssey (1968)", "2001: A Space Odyssey", 1968],
    ["Death Note: Desu nôto (2006–2007)", "Death Note: Desu nôto", 2006],
    ["Fargo (2014-)", "Fargo", 2014],
    ["1984 (Nineteen Eighty-Four) (1984)", "1984 (Nineteen Eighty-Four)", 1984],
    ["(500) Days of Summer (2009)", "(500) Days of Summer", 2009],
    ["", "", null],
  ])("reads %s", (text, title, year) => {
    expect(titleAndYear(text)).toEqual({ title, year });
  });
});

describe("naturalTitle", () => {
  it.each([
    [
      "City of Lost Children, The (Cité des enfants perdus, La)",
      "The City of Lost Children (La Cité des enfants perdus)",
    ],
    ["Enfer, L'", "L'Enfer"],
    ["Corrina, Corrina", "Corrina, Corrina"],
    ["The, The", "The The"],
    ["Seven (a.k.a. Se7en)", "Seven (a.k.a. Se7en)"],
  ])("makes of %s %s", (title, natural) => {
    expect(naturalTitle(title)).toBe(natural);
  });
});
