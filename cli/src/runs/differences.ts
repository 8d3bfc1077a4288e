import type { RunView } from "./run-view.ts";

/** What is not the same in all runs: data, code, seed, every parameter and weight. Absent is "–". */
export function differencesOf(
  runs: readonly RunView[],
): { readonly what: string; readonly values: readonly string[] }[] {
  const facts = runs.map(factsOf);
  const names = [...new Set(facts.flatMap((one) => [...one.keys()]))];
  return names
    .map((what) => ({ what, values: facts.map((one) => one.get(what) ?? "–") }))
    .filter(({ values }) => new Set(values).size > 1);
}

function factsOf(run: RunView): Map<string, string> {
  const facts = new Map<string, string>([
    ["data", run.dataHash?.slice(0, 12) ?? "–"],
    ["interactions", String(run.interactions ?? "–")],
    ["since", run.since?.toISOString() ?? "all"],
    ["code", run.code.slice(0, 12)],
    ["seed", String(run.seed)],
    ["bundle", run.bundleId?.slice(0, 12) ?? "–"],
  ]);
  for (const [model, config] of Object.entries(run.parameters?.models ?? {})) {
    for (const [name, value] of Object.entries(config)) {
      facts.set(`${model}.${name}`, JSON.stringify(value));
    }
  }
  for (const { signal, weight } of run.parameters?.blend.terms ?? []) {
    facts.set(`weight of ${signal}`, weight.toFixed(3));
  }
  return facts;
}
