import type { Instrument } from "./instrument.ts";
import { labelValues } from "./labels.ts";

/** Ours, and the simulated platform's, which is not ours. */
const NAME = /^(?:canarec|simulator)_[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** What a unit is called where a base unit is meant. */
const NOT_BASE_UNITS = [
  ...["ms", "milliseconds", "us", "microseconds", "minutes", "hours", "days"],
  ...["kb", "kib", "mb", "mib", "kilobytes", "megabytes", "percent"],
];

/** Suffixes that the text format adds by itself. */
const RESERVED = /_(?:bucket|sum|count)$/;

/** Units and things that a histogram may measure: the end of its name. */
const MEASURED = /_(?:seconds|bytes|ratio|movies)$/;

/** Of the runtime, by prom-client: what is not ours to name. */
export function isOfRuntime(name: string): boolean {
  return /^(?:nodejs|process)_/.test(name);
}

/**
 * What breaks the conventions of Prometheus (prometheus.io/docs/practices/naming) or our own: prefix, base unit,
 * `_total` for counters alone, a help text, and labels whose values are told.
 */
export function namingProblems(instrument: Instrument): readonly string[] {
  const { name, help, type, labels } = instrument;
  const problem = (broken: boolean, text: string) => (broken ? [`${name}: ${text}`] : []);
  const words = name.split("_");
  const notBase = words.filter((word) => NOT_BASE_UNITS.includes(word) && !isCounted(name, word));
  return [
    ...problem(!NAME.test(name), "the name is no snake_case with our prefix"),
    ...problem(RESERVED.test(name), "the text format adds this suffix by itself"),
    ...problem(
      (type === "counter") !== name.endsWith("_total"),
      "_total is for counters, and for all",
    ),
    ...problem(type === "histogram" && !MEASURED.test(name), "a histogram's name ends in its unit"),
    ...problem(notBase.length > 0, `${notBase.join(", ")} is no base unit`),
    ...problem(
      help.trim().length < 10 || help.endsWith("."),
      "needs a help text without a full stop",
    ),
    ...labels
      .filter((label) => labelValues(name, label) === undefined)
      .map((label) => `${name}: nobody says what the label ${label} can be`),
  ];
}

/** Minutes of a movie are counted, and are no measure of time. */
function isCounted(name: string, word: string): boolean {
  return word === "minutes" && name.endsWith("_minutes_total");
}
