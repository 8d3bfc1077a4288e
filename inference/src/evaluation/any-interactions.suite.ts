import fc from "fast-check";
import { type Interactions, interactionsFrom } from "../models/interactions.ts";

/** Small matrices of any shape: empty rows, movies nobody met, times and preferences that repeat. */
export const anyInteractions: fc.Arbitrary<Interactions> = fc
  .record({ users: fc.integer({ min: 1, max: 12 }), movies: fc.integer({ min: 1, max: 25 }) })
  .chain(({ users, movies }) =>
    fc
      .array(
        fc.record({
          user: fc.nat(users - 1),
          movie: fc.nat(movies - 1),
          preference: fc.constantFrom(-1, -0.5, 0, 0.2, 0.6, 1),
          time: fc.integer({ min: 0, max: 40 }),
        }),
        { maxLength: 200 },
      )
      .map((rows) => interactionsFrom(rows, { users, movies })),
  );
