/** A time zone: between local times without a zone and moments, both in milliseconds. */
export interface Zone {
  readonly name: string;
  /** The moment of a local time (epoch milliseconds as if it were UTC). Total: see createZone. */
  toEpochMs(localMs: number): number;
  toLocalMs(epochMs: number): number;
}

export const UTC: Zone = {
  name: "UTC",
  toEpochMs: (localMs) => localMs,
  toLocalMs: (epochMs) => epochMs,
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * An IANA zone, by the rules of Java's `LocalDateTime.atZone`: a local time that occurs twice (clocks put back) is the
 * earlier of the two moments; one that never occurs (clocks put forward) is moved forward by the length of the gap.
 *
 * @throws RangeError for a name that is no zone.
 */
export function createZone(name: string): Zone {
  if (name === "UTC" || name === "Etc/UTC" || name === "Z") return UTC;
  const offsetMs = offsetReader(name);
  const toEpochMs = (localMs: number) => {
    // The offsets in force a day before and a day after: they differ when a transition is near.
    const before = offsetMs(localMs - DAY_MS);
    const after = offsetMs(localMs + DAY_MS);
    const early = localMs - before;
    if (before === after || offsetMs(early) === before) return early;
    const late = localMs - after;
    return offsetMs(late) === after ? late : early;
  };
  return {
    name,
    toEpochMs: byMinute(toEpochMs),
    toLocalMs: (epochMs) => epochMs + offsetMs(epochMs),
  };
}

/** Zones change their offset on whole minutes, and a stream's lines share few of them: ask once a minute. */
function byMinute(convert: (ms: number) => number): (ms: number) => number {
  let lastMinute = Number.NaN;
  let converted = Number.NaN;
  return (ms) => {
    const minute = Math.floor(ms / MINUTE_MS);
    if (minute !== lastMinute) {
      lastMinute = minute;
      converted = convert(minute * MINUTE_MS);
    }
    return converted + (ms - minute * MINUTE_MS);
  };
}

function offsetReader(name: string): (epochMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    calendar: "gregory",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (epochMs) => {
    const whole = Math.floor(epochMs / 1_000) * 1_000;
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(whole)) part[type] = value;
    const year = part["era"] === "BC" ? 1 - Number(part["year"]) : Number(part["year"]);
    const local = new Date(0);
    local.setUTCFullYear(year, Number(part["month"]) - 1, Number(part["day"]));
    local.setUTCHours(Number(part["hour"]), Number(part["minute"]), Number(part["second"]));
    return local.getTime() - whole;
  };
}
