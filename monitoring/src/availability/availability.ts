/** Answers to /recommend of one minute, as one source has them. */
export interface AnswerMinute {
  /** Its beginning, milliseconds since 1970. */
  readonly minuteMs: number;
  readonly answers: number;
  /** Answers with a list: status 200. */
  readonly good: number;
  /** Of these, within the deadline. */
  readonly onTime: number;
}

/** What share of the answers was there, and was there in time; both in [0, 1]. */
export interface Availability {
  readonly answers: number;
  readonly available: number;
  readonly onTime: number;
}

/**
 * The availability over the window of `windowMs` that ends at `endMs`, which is not part of it.
 *
 * @returns undefined where nothing was answered: nobody asked, or nobody told.
 */
export function availabilityOf(
  minutes: Iterable<AnswerMinute>,
  endMs: number,
  windowMs: number,
): Availability | undefined {
  let [answers, good, onTime] = [0, 0, 0];
  for (const minute of minutes) {
    if (minute.minuteMs < endMs - windowMs || minute.minuteMs >= endMs) continue;
    answers += minute.answers;
    good += minute.good;
    onTime += minute.onTime;
  }
  return answers === 0
    ? undefined
    : { answers, available: good / answers, onTime: onTime / answers };
}
