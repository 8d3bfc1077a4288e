const DAY_MS = 86_400_000;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Read Java's `LocalDateTime.toString()`: `2024-10-14T15:22`, `…:18`, `…:18.198`, with 3, 6 or 9 digits of fraction.
 *
 * @returns epoch milliseconds as if the zone were UTC (finer digits are cut); NaN when it is not exactly that form or
 * no such day or time exists.
 */
export function parseLocalTime(text: string): number {
  if (!hasShape(text)) return Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = text.length > 16 ? digits(text, 17, 2) : 0;
  const millisecond = text.length > 19 ? digits(text, 20, 3) : 0;
  // A sum that met a non-digit is NaN, and every comparison with NaN is false.
  const valid =
    isDay(year, month, day) && hour < 24 && minute < 60 && second < 60 && millisecond < 1_000;
  if (!valid || !onlyDigits(text, 23)) return Number.NaN;
  return dayMs(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond;
}

/** How many digits of a second to write; `java` writes what `LocalDateTime.toString()` would. */
export type Fraction = "java" | 3 | 6 | 9;

/**
 * Write a local time as Java does: no seconds when they and the fraction are zero, no fraction when it is zero.
 *
 * @param localMs as parseLocalTime returns it; in the years 0000 to 9999.
 */
export function formatLocalTime(localMs: number, fraction: Fraction = "java"): string {
  const iso = new Date(localMs).toISOString(); // 2024-02-27T18:45:18.198Z
  if (fraction !== "java") return iso.slice(0, 23) + "0".repeat(fraction - 3);
  if (!iso.endsWith(".000Z")) return iso.slice(0, 23);
  return iso.endsWith(":00.000Z") ? iso.slice(0, 16) : iso.slice(0, 19);
}

const LENGTHS: ReadonlySet<number> = new Set([16, 19, 23, 26, 29]);

function hasShape(text: string): boolean {
  return (
    LENGTHS.has(text.length) &&
    text[4] === "-" &&
    text[7] === "-" &&
    text[10] === "T" &&
    text[13] === ":" &&
    (text.length < 17 || text[16] === ":") &&
    (text.length < 20 || text[19] === ".")
  );
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function onlyDigits(text: string, from: number): boolean {
  return text.length <= from || !Number.isNaN(digits(text, from, text.length - from));
}

function isDay(year: number, month: number, day: number): boolean {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (DAYS_IN_MONTH[month - 1] ?? Number.NaN) + (leap ? 1 : 0);
}

let lastYear = -1;
let lastMonth = -1;
let lastDay = -1;
let lastDayMs = Number.NaN;

/** Beginning of a day. A stream's lines come day by day, so the last answer is kept; it depends on the arguments alone. */
function dayMs(year: number, month: number, day: number): number {
  if (year === lastYear && month === lastMonth && day === lastDay) return lastDayMs;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC reads years 0 to 99 as 1900 to 1999
  lastYear = year;
  lastMonth = month;
  lastDay = day;
  lastDayMs = Math.floor(date.getTime() / DAY_MS) * DAY_MS;
  return lastDayMs;
}
