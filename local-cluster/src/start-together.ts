import { Resources } from "@canarec/service-kit/lifecycle";

/** Opens one thing; what it opened belongs to `owner`. It ends, and throws, when `signal` aborts. */
export type Opening<T> = (owner: Resources, signal: AbortSignal) => Promise<T>;

/**
 * Open several things at the same time. When one fails the others are ended too. They belong to
 * `opened` in the order given, however soon each was ready, so that they are released in reverse.
 *
 * @returns what each returned, in the order given.
 * @throws what the first to fail threw.
 */
export async function startTogether<T>(
  opened: Resources,
  signal: AbortSignal,
  openings: readonly Opening<T>[],
): Promise<T[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const owners = openings.map(() => new Resources());
  for (const owner of owners) opened.use(owner);
  const failures: unknown[] = [];
  const values: T[] = [];
  await Promise.all(
    openings.map(async (opening, index) => {
      try {
        values[index] = await opening(owners[index] ?? opened, either);
      } catch (failure) {
        failures.push(failure);
        failed.abort();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return values;
}
