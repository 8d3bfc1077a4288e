import { createLogger } from "@canarec/service-kit/logging";
import { describe, expect, it } from "vitest";
import { createOutages } from "./outages.ts";

describe("outages", () => {
  it("tell each outage once when it begins and once when it ends", () => {
    const lines: string[] = [];
    const gauge: [string, boolean][] = [];
    const outages = createOutages({
      log: createLogger("test", "info", { write: (line: string) => void lines.push(line) }),
      now: () => new Date(0),
      observe: { trouble: (trouble, isPresent) => void gauge.push([trouble, isPresent]) },
    });
    for (let i = 0; i < 1_000; i += 1) outages.report("kafka", new Error("ECONNREFUSED"));
    outages.report("topic", new Error("no such topic"), "movielog");
    expect(outages.current()).toEqual(["kafka", "topic movielog"]);
    for (let i = 0; i < 1_000; i += 1) outages.recovered("kafka");
    expect(outages.current()).toEqual(["topic movielog"]);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain("ECONNREFUSED");
    expect(gauge).toEqual([
      ["kafka", true],
      ["topic", true],
      ["kafka", false],
    ]);
  });
});
