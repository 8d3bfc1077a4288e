import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Instrument, instrumentsOf } from "./metrics/instrument.ts";
import { DESCRIBED_METRICS } from "./metrics/labels.ts";
import { METRICS_PAGE, metricsPage } from "./metrics/metrics-page.ts";
import { isOfRuntime, namingProblems } from "./metrics/naming.ts";
import { serviceRegistries } from "./metrics/service-registries.ts";

const all = [...serviceRegistries().values()].flatMap(instrumentsOf);
const ours = all.filter(({ name }) => !isOfRuntime(name));

describe("the page of metrics", () => {
  it("is what the registries say; else: npm run docs:metrics", async () => {
    expect(readFileSync(METRICS_PAGE, "utf8")).toBe(await metricsPage());
  });

  it("tells of labels of no metric that is gone", () => {
    const names = ours.map(({ name }) => name);
    expect(DESCRIBED_METRICS.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("metrics", () => {
  it("follow the conventions of names, with a help text and labels that are told", () => {
    expect(ours.flatMap(namingProblems)).toEqual([]);
  });

  it("mean one thing each: the same name has one type, labels and buckets everywhere", () => {
    const shape = ({ type, labels, buckets, help }: Instrument) =>
      JSON.stringify([type, labels, buckets, help]);
    const shapes = new Map(all.map((one) => [one.name, shape(one)] as const));
    const torn = all.filter((one) => shapes.get(one.name) !== shape(one));
    expect(torn.map(({ name }) => name)).toEqual([]);
  });

  it.each<[string, Partial<Instrument>, RegExp]>([
    ["a counter without _total", { type: "counter", name: "canarec_lines" }, /_total/],
    ["a gauge with it", { name: "canarec_lines_total" }, /_total/],
    ["milliseconds", { name: "canarec_wait_ms" }, /base unit/],
    ["a histogram without a unit", { type: "histogram", name: "canarec_wait" }, /its unit/],
    ["a suffix of the format", { name: "canarec_wait_seconds_sum" }, /suffix/],
    ["another prefix", { name: "wait_seconds" }, /prefix/],
    ["capitals", { name: "canarec_waitSeconds" }, /snake_case/],
    ["no help text", { help: "" }, /help/],
    ["a label that nobody told", { labels: ["user"] }, /label user/],
  ])("are refused for %s", (_what, wrong, problem) => {
    const right: Instrument = {
      ...{ name: "canarec_wait_seconds", help: "How long somebody waits", type: "gauge" as const },
      ...{ labels: [], buckets: [] },
    };
    expect(namingProblems(right)).toEqual([]);
    expect(namingProblems({ ...right, ...wrong })).toEqual([expect.stringMatching(problem)]);
  });
});
