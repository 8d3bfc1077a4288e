/** Lines that wait for Kafka, bounded: when it is away for too long, the oldest are lost. */
export interface LineBuffer {
  size(): number;
  add(line: string): void;
  /** Up to `most` of the oldest lines; they stay until `drop`. */
  peek(most: number): readonly string[];
  /** Forget the oldest lines, after they were sent. */
  drop(count: number): void;
}

/** @param onLost told how many lines had to make room. */
export function createLineBuffer(capacity: number, onLost: (count: number) => void): LineBuffer {
  let lines: string[] = [];
  let start = 0;
  const drop = (count: number) => {
    start = Math.min(lines.length, start + count);
    if (start > 1_000 && 2 * start > lines.length) {
      lines = lines.slice(start); // now and then, so that a line moves a constant number of times
      start = 0;
    }
  };
  return {
    size: () => lines.length - start,
    add(line) {
      lines.push(line);
      if (lines.length - start <= capacity) return;
      drop(1);
      onLost(1);
    },
    peek: (most) => lines.slice(start, start + most),
    drop,
  };
}
