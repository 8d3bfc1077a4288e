/**
 * Which of some values are the `limit` largest, as 1 and 0, (values' length); of equal ones the first.
 * All, where there are no more than that.
 */
export function heaviest(values: Float64Array, limit: number): Uint8Array {
  const kept = new Uint8Array(values.length);
  if (values.length <= limit) return kept.fill(1);
  const cut = values.slice().sort()[values.length - limit] as number;
  let ties = limit;
  for (const value of values) if (value > cut) ties -= 1;
  values.forEach((value, place) => {
    if (value > cut || (value === cut && ties-- > 0)) kept[place] = 1;
  });
  return kept;
}
