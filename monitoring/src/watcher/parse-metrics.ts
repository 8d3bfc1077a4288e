/** One value of a series. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples by the name of their series. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;

/** Read what our services say on /metrics (Prometheus' text format); lines that are none are left out. */
export function parseMetrics(text: string): Samples {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const named = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, label = "", of = ""]) => [label, of] as const,
    );
    const sample = { labels: Object.fromEntries(named), value: numberOf(value) };
    const before = samples.get(name);
    if (before === undefined) samples.set(name, [sample]);
    else before.push(sample);
  }
  return samples;
}

function numberOf(text: string): number {
  if (text === "+Inf") return Infinity;
  return text === "-Inf" ? -Infinity : Number(text);
}

/** Values of a series whose labels are these, added up; 0 where there are none. */
export function total(samples: Samples, name: string, labels: Sample["labels"] = {}): number {
  return valuesOf(samples, name, labels).reduce((sum, value) => sum + value, 0);
}

/** Values of a series whose labels are these. */
export function valuesOf(
  samples: Samples,
  name: string,
  labels: Sample["labels"] = {},
): readonly number[] {
  const wanted = Object.entries(labels);
  return (samples.get(name) ?? [])
    .filter((sample) => wanted.every(([label, of]) => sample.labels[label] === of))
    .map(({ value }) => value);
}
