import { ConfigError } from "@canarec/service-kit/config";
import { describe, expect, it } from "vitest";
import { environmentProblems, problemsOf } from "./service-env.ts";

const all = { simulator: true, linesPerSecond: undefined };

describe("environmentProblems", () => {
  it("accepts an environment that says nothing", () => {
    expect(environmentProblems({}, all)).toEqual([]);
    expect(environmentProblems({ USERS: "me", SEED: "x" }, all)).toEqual([]);
  });

  it("names what is wrong for any service, each once, and no value", () => {
    const env = {
      STREAM_ZONE: "Nowhere/Town",
      RATING_MAX: "7",
      LOG_LEVEL: "loud",
      DEADLINE_MS: "5",
      HISTORY_ROWS: "many-secret",
      SLACK_WEBHOOK_URL: "secret",
      RETENTION_SCHEDULE: "at noon",
    };
    const problems = environmentProblems(env, all);
    const named = problems.map((problem) => problem.split(":")[0]);
    expect([...new Set(named)].sort()).toEqual(Object.keys(env).sort());
    expect(new Set(problems).size).toBe(problems.length);
    expect(problems.join(" ")).not.toMatch(/secret|Nowhere|loud/);
  });

  it("does not ask for what a service that is not started needs", () => {
    const wrong = { METADATA_RATE_LIMIT: "many" };
    expect(environmentProblems(wrong, all)).toHaveLength(1);
    expect(environmentProblems(wrong, { ...all, simulator: false })).toEqual([]);
  });
});

describe("problemsOf", () => {
  it("passes on what is no problem of the environment", () => {
    expect(problemsOf(() => 1)).toEqual([]);
    const failing = (failure: Error) => () => {
      throw failure;
    };
    expect(problemsOf(failing(new ConfigError(["A: is not set"])))).toEqual(["A: is not set"]);
    expect(() => problemsOf(failing(new Error("a defect")))).toThrow("a defect");
  });
});
