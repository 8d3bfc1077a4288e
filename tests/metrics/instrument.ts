import type { Registry } from "@canarec/service-kit/metrics";

export type InstrumentType = "counter" | "gauge" | "histogram" | "summary";

/** One instrument as it is declared. */
export interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly type: InstrumentType;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, ascending; empty for all else. */
  readonly buckets: readonly number[];
}

/** What a registry holds of an instrument; its own types leave out what is not for users. */
interface Declared {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly labelNames?: readonly string[];
  readonly upperBounds?: readonly number[];
}

/** The instruments of a registry by name. */
export function instrumentsOf(registry: Registry): readonly Instrument[] {
  const declared = registry.getMetricsAsArray() as unknown as readonly Declared[];
  return declared
    .map(({ name, help, type, labelNames = [], upperBounds = [] }) => ({
      ...{ name, help, type: type as InstrumentType },
      ...{ labels: [...labelNames], buckets: [...upperBounds] },
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
