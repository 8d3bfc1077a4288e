/** All who ask while an answer is under way get that one, such as the metrics of one scrape. */
export function sharedAnswer<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => (underWay ??= read().finally(() => (underWay = undefined)));
}
