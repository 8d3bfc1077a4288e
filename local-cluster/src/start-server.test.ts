import { describe, expect, it } from "vitest";
import { lastWords } from "./start-server.ts";

describe("lastWords", () => {
  it("are the last line that tells something", () => {
    expect(lastWords(["older", "FATAL: no space", ""])).toBe("FATAL: no space");
    const crash = ["Error: no such file", "    at open (node:fs:1:1)", "}", "Node.js v20.20.2"];
    expect(lastWords(crash)).toBe("Error: no such file");
    expect(lastWords([])).toBe("it wrote no log");
  });
});
