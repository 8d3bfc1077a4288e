/**
 * A movie id of the platform's kind from a title: lower case, blank → `+`, comma → `_`, letters,
 * digits, dots and hyphens kept, anything else dropped, the year appended where it is known.
 *
 * Only for catalogues without ids of their own: the platform's ids are opaque.
 *
 * @returns undefined when nothing of the title is left.
 */
export function movieSlug(title: string, year: number | null): string | undefined {
  const stem = title
    .toLowerCase()
    .replace(/\s/g, "+")
    .replace(/,/g, "_")
    .replace(/[^a-z0-9.+_-]/g, "");
  if (!/[a-z0-9]/.test(stem)) return undefined;
  return year === null ? stem : `${stem}+${year}`;
}
