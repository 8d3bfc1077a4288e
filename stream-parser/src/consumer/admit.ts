/** Where reading is, and what is known of the message before. */
export interface ReadingPosition {
  readonly nextOffset: number;
  /** Of the message at `nextOffset - 1`, while it has not been seen again since the last seek; else null. */
  readonly unverified: string | null;
}

export type Admission =
  /** Take the messages from this index on. `skipped`: offsets in between that do not exist any more. */
  | { readonly kind: "take"; readonly from: number; readonly skipped: number }
  /** These offsets belong to another log than the one that was written: read it from its beginning. */
  | { readonly kind: "restart" };

/**
 * Decide what a fetched batch is, by the offset it begins with.
 *
 * After a seek, reading begins one message before the position: if that message is another than the one written, or if
 * the log begins anew below it, the topic was deleted and made again. Reading all of it is right then, because every
 * table takes a repeated line without a change.
 *
 * @param firstOffset offset of the batch's first message.
 * @param firstFingerprint of it.
 */
export function admit(
  position: ReadingPosition,
  firstOffset: number,
  firstFingerprint: () => string,
): Admission {
  const { nextOffset, unverified } = position;
  if (firstOffset >= nextOffset)
    return { kind: "take", from: 0, skipped: firstOffset - nextOffset };
  const isOverlap = firstOffset === nextOffset - 1 && unverified !== null;
  return isOverlap && firstFingerprint() === unverified
    ? { kind: "take", from: 1, skipped: 0 }
    : { kind: "restart" };
}

/** Where to seek so that the next batch can be verified; 0 is before the beginning of any log, and gets that. */
export function seekOffset({ nextOffset, unverified }: ReadingPosition): number {
  return unverified === null ? nextOffset : nextOffset - 1;
}
