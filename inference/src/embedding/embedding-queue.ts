/** Texts of one call of `embed`, with the place for their vectors. */
export interface Job {
  readonly embeddings: Float32Array[];
  remaining: number;
  finished: boolean;
  readonly resolve: (embeddings: Float32Array[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** Some texts of a job, which go to a worker in one message. */
export interface Slice {
  readonly job: Job;
  readonly texts: readonly string[];
  /** Of each text, its place in the job's `embeddings`. */
  readonly places: readonly number[];
  /** Workers that died of or during this slice. */
  deaths: number;
}

/** `query`: somebody waits for it, and it overtakes. `batch`: everything else. */
export type Priority = "query" | "batch";

/** Waiting slices in two lanes, first in first out in each. */
export class EmbeddingQueue {
  readonly #lanes: Readonly<Record<Priority, Slice[]>> = { query: [], batch: [] };
  #texts = 0;

  /** Texts that wait. */
  get size(): number {
    return this.#texts;
  }

  push(slice: Slice, priority: Priority): void {
    this.#lanes[priority].push(slice);
    this.#texts += slice.texts.length;
  }

  /** Put a slice back where it is taken next. */
  unshift(slice: Slice): void {
    this.#lanes.query.unshift(slice);
    this.#texts += slice.texts.length;
  }

  /** The next slice of a job that is still wanted; the others are forgotten. */
  take(): Slice | undefined {
    for (const lane of [this.#lanes.query, this.#lanes.batch]) {
      for (let slice = lane.shift(); slice !== undefined; slice = lane.shift()) {
        this.#texts -= slice.texts.length;
        if (!slice.job.finished) return slice;
      }
    }
    return undefined;
  }

  /** Forget the slices of jobs that are finished, so that they hold no memory and no room. */
  sweep(): void {
    for (const priority of ["query", "batch"] as const) {
      const lane = this.#lanes[priority];
      lane.splice(0, lane.length, ...lane.filter((slice) => !slice.job.finished));
    }
    const all = [...this.#lanes.query, ...this.#lanes.batch];
    this.#texts = all.reduce((texts, slice) => texts + slice.texts.length, 0);
  }

  /** Every job that still waits, each once. */
  jobs(): Set<Job> {
    const all = [...this.#lanes.query, ...this.#lanes.batch];
    return new Set(all.map((slice) => slice.job).filter((job) => !job.finished));
  }
}

/**
 * Cut a job into slices of texts of similar length, long ones first, so that workers finish together.
 *
 * @param most texts of a slice.
 */
export function sliced(job: Job, texts: readonly string[], most: number): Slice[] {
  const order = texts
    .map((text, place) => ({ text, place }))
    .sort((a, b) => b.text.length - a.text.length || a.place - b.place);
  const slices: Slice[] = [];
  for (let start = 0; start < order.length; start += most) {
    const part = order.slice(start, start + most);
    slices.push({
      job,
      texts: part.map(({ text }) => text),
      places: part.map(({ place }) => place),
      deaths: 0,
    });
  }
  return slices;
}
