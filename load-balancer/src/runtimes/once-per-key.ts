/** One call for all who ask for the same while it is under way: two would be in each other's way. */
export function oncePerKey<T>(make: (key: string, signal: AbortSignal) => Promise<T>) {
  const underWay = new Map<string, Promise<T>>();
  return (key: string, signal: AbortSignal): Promise<T> => {
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const made = make(key, signal).finally(() => underWay.delete(key));
    underWay.set(key, made);
    return made;
  };
}
