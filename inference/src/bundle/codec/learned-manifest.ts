import { z } from "zod";
import { MODEL_NAMES } from "../../models/model.ts";

/** Which interactions a learned part was fitted on. */
const LearnedFrom = z.strictObject({
  /** Of the interactions in rows, in hex: the same data, the same hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  users: z.int().min(0),
  interactions: z.int().min(0),
  /** Time of the latest interaction, ISO 8601; null where there was none. */
  until: z.iso.datetime().nullable(),
  /** Only interactions from then on; null for all. */
  since: z.iso.datetime().nullable(),
});
export type LearnedFrom = z.infer<typeof LearnedFrom>;

const LearnedModel = z.strictObject({
  name: z.enum(MODEL_NAMES),
  config: z.record(z.string(), z.json()),
  numbers: z.record(z.string(), z.number()),
});

const Preference = z.strictObject({
  neutralRating: z.number().gt(0).lt(1),
  watchedWeight: z.number().min(0).max(1),
  leastShareWatched: z.number().min(0).max(1),
  bailOutPreference: z.number().min(-1).max(0),
});

/** What a manifest says of the learned part; arrays are artifacts of their own. */
export const LearnedManifest = z.strictObject({
  from: LearnedFrom,
  seed: z.int().min(0),
  /** The rule by which interactions became preferences: users are scored by the same one. */
  preference: Preference,
  models: z.array(LearnedModel).min(1).max(MODEL_NAMES.length),
  /** As `models/blend` has it. */
  blend: z.record(z.string(), z.json()),
});

/** Groups of users whose tastes a bundle may have: the largest. */
export const MOST_GROUPS = 64;

/** With the groups of users whose tastes are learned, in the order of their rows, after everybody's. */
export const LearnedWithGroups = LearnedManifest.extend({
  groups: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(MOST_GROUPS)
    .refine((names) => new Set(names).size === names.length, "a group is there twice"),
});
