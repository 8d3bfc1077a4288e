/** Where a cluster tells its operator what it is doing: a terminal, or a test. */
export interface ClusterLog {
  line(text: string): void;
  /** A bar that moves; `stop` it when done. */
  bar(title: string, total: number): ProgressBar;
}

export interface ProgressBar {
  /** Of `total`, which may change; the rate is worked out by the bar. */
  update(done: number, total: number): void;
  stop(): void;
}

const NAME_WIDTH = 18;

/** One line about one part, in columns. */
export function partLine(name: string, text: string): string {
  return `  ${name.padEnd(NAME_WIDTH)} ${text}`;
}

/** Tell of a step when it begins and when it ends, with what came of it and how long it took. */
export async function step<T>(
  log: ClusterLog,
  name: string,
  work: () => Promise<{ readonly said: string; readonly value: T }>,
): Promise<T> {
  const since = performance.now();
  log.line(partLine(name, "…"));
  const { said, value } = await work();
  log.line(partLine(name, `${said} (${seconds(performance.now() - since)})`));
  return value;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
