import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../servers.ts";
import { canarec, canarecJson } from "./called-canarec.ts";
import { start } from "./canarec.ts";

// No cluster, no home: virtual time needs neither.
const quick = ["release", "simulate", "--plan", "quick", "--processes", "1"];
const small = [...quick, "--visits", "30000", "--releases", "3"];

interface Simulated {
  readonly plan: { readonly name: string; readonly policy: string };
  readonly judge: string;
  readonly results: readonly {
    readonly effect: number;
    readonly found: {
      readonly releases: number;
      readonly endings: Readonly<
        Record<string, { readonly count: number; readonly upper: number }>
      >;
      readonly secondsToKill: { readonly median: number } | null;
    };
  }[];
}

describe("canarec release simulate", () => {
  it("gives the operating characteristics of a plan for each true effect, as JSON", async () => {
    const args = [...small, "--policy", "superior", "--effect", "-0.1,0.25", "--seed", "7"];
    const found = (await canarecJson(args)) as Simulated;
    expect(found).toMatchObject({
      plan: { name: "quick", policy: "superior" },
      judge: "policy",
      releases: 3,
      seed: 7,
      traffic: { visitsPerHour: 30_000, requestsPerVisit: 4 },
    });
    expect(found.results.map(({ effect }) => effect)).toEqual([-0.1, 0.25]);
    for (const { found: of } of found.results) {
      const counts = Object.values(of.endings).map(({ count }) => count);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    }
    expect(await canarecJson(args)).toEqual(found);
  });

  it("words it for people, with a curve", async () => {
    const { code, out, err } = await canarec([...small, "--effect", "-0.1,0,0.1"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("3 releases for each true effect, by the plan quick (non-inferior");
    expect(out).toMatch(/true effect +promoted +killed +worse +not sure/);
    expect(out).toMatch(/^-10\.0 % .*\n0\.0 % .*\n10\.0 % /m);
    expect(out).toContain("●");
  });

  it("shows a build that fails caught, and how long it took", async () => {
    const found = (await canarecJson([...small, "--errors", "0.4", "--effect", "0"])) as Simulated;
    expect(found.results[0]?.found.endings["killed"]?.count).toBe(3);
    expect(found.results[0]?.found.secondsToKill?.median).toBeLessThan(120);
  });

  it("takes plans from a file, and says what is wrong with it", async () => {
    using folder = temporaryFolder();
    writeFileSync(path.join(folder.path, "plans.json"), JSON.stringify({ mine: { margin: 2 } }));
    const of = (...args: string[]) =>
      canarec(["release", "simulate", ...args], { folder: folder.path });
    const wrong = await of("--plans", "plans.json", "--plan", "mine");
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("plans.json holds no plans");
    expect(wrong.err).toContain("mine.margin");
    expect(await of("--plan", "nowhere")).toMatchObject({
      code: 1,
      err: "canarec: there is no plan nowhere: standard, quick, drill, emergency\n",
    });
  });

  it.each([
    { args: ["--effect", "0.5"], code: 1, err: "--effect: expected numbers from -1 to 0.25" },
    { args: ["--effect", "much"], code: 1, err: "--effect: expected numbers from -1 to 0.25" },
    { args: ["--policy", "any"], code: 1, err: "--policy" },
    { args: ["--judge", "nobody"], code: 1, err: "--judge" },
    { args: ["--watch-rate", "2"], code: 2, err: "Expected a number from 0.001 to 0.5" },
    { args: ["--requests", "0.5"], code: 2, err: "Expected a number from 1 to 60" },
    { args: ["--releases", "0"], code: 2, err: "Expected a whole number from 1" },
  ])("refuses $args", async ({ args, code, err }) => {
    const ended = await canarec([...quick, ...args]);
    expect(ended.code).toBe(code);
    expect(ended.out).toBe("");
    expect(ended.err).toContain(err);
  });

  it("ends, with all its processes, when it is told to", async () => {
    const args = ["release", "simulate", "--processes", "2", "--releases", "5000"];
    const running = start(args);
    const children = () =>
      readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, "utf8").split(" ");
    await expect
      .poll(() => children().filter((pid) => pid !== "").length, { timeout: 30_000 })
      .toBe(2);
    const pids = children().filter((pid) => pid !== "");
    process.kill(running.pid, "SIGINT");
    expect(await running.ended).toMatchObject({ code: 1, out: "", err: "canarec: interrupted\n" });
    await expect
      .poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 30_000 })
      .toEqual([]);
  });
});
