import { describe, expect, it } from "vitest";
import { scrapeTargetsOf } from "./scrape-targets.ts";

describe("scrapeTargetsOf", () => {
  it("names every replica with its track and address", () => {
    const replicas = {
      main: [
        { name: "r1-1", url: "http://127.0.0.1:15001" },
        { name: "r1-2", url: "http://[::1]:15002/" },
      ],
      nightly: [{ name: "r2-1", url: "http://canarec-r2-1:8080" }],
    };
    expect(scrapeTargetsOf({ replicas })).toEqual([
      { targets: ["127.0.0.1:15001"], labels: { track: "main", replica: "r1-1" } },
      { targets: ["[::1]:15002"], labels: { track: "main", replica: "r1-2" } },
      { targets: ["canarec-r2-1:8080"], labels: { track: "nightly", replica: "r2-1" } },
    ]);
  });

  it("names none where there is none", () => {
    expect(scrapeTargetsOf({ replicas: { main: [], nightly: [] } })).toEqual([]);
  });
});
