/**
 * A movie id as the platform makes it of title and year: lower case, blank → `+`, comma → `_`, `&`
 * dropped, dots and hyphens kept, everything else outside a–z and 0–9 dropped.
 */
export function movieSlug(title: string, year: number | null): string {
  const text = year === null ? title : `${title} ${year}`;
  return text
    .toLowerCase()
    .replaceAll(" ", "+")
    .replaceAll(",", "_")
    .replaceAll(/[^a-z0-9+_.-]/g, "");
}
