import { z } from "zod";

/** A text of 1 to `most` characters that Postgres can keep: no NUL, and no lone half of a pair. */
export function storableText(most: number) {
  return z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !/\u0000|\p{Cs}/u.test(text), "cannot be kept as a text");
}

/** The same for what people write on one line: without control characters, for it goes to terminals and logs. */
export function plainText(most: number) {
  return storableText(most).refine((text) => !/\p{Cc}/u.test(text), "has control characters");
}
