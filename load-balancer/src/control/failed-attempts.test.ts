import type { AskedAction } from "@canarec/db-utils/audit/audit-repository";
import { createLogger } from "@canarec/service-kit/logging";
import { describe, expect, it } from "vitest";
import { openFailedAttempts } from "./failed-attempts.ts";

function record() {
  const rows: AskedAction[] = [];
  let counted = 0;
  const failures = openFailedAttempts({
    audit: {
      begin: (asked) => Promise.resolve(rows.push(asked)),
    },
    now: () => new Date(0),
    log: createLogger("test", "silent"),
    counted: () => void (counted += 1),
  });
  return { rows, failures, counted: () => counted };
}

describe("openFailedAttempts", () => {
  it("writes the first of an address at once, and the others as one", async () => {
    const { rows, failures, counted } = record();
    for (let i = 0; i < 1_000; i += 1) failures.note("10.0.0.1", "GET /status");
    failures.note("10.0.0.2", "GET /audit");
    expect(rows.map(({ source }) => source)).toEqual(["10.0.0.1", "10.0.0.2"]);
    await failures[Symbol.asyncDispose]();
    expect(rows.slice(2)).toMatchObject([{ source: "10.0.0.1", arguments: { attempts: 999 } }]);
    expect(counted()).toBe(1_001);
  });

  it("keeps few rows of many addresses", async () => {
    const { rows, failures } = record();
    for (let i = 0; i < 10_000; i += 1) failures.note(`10.0.${i >> 8}.${i & 255}`, "GET /status");
    await failures[Symbol.asyncDispose]();
    expect(rows).toHaveLength(102);
    expect(rows.at(-1)).toMatchObject({ source: "others", arguments: { attempts: 9_899 } });
  });
});
