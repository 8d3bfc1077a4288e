import type { User } from "./population.ts";
import { randomStream } from "./random.ts";

/** What the platform tells about a user. */
export interface UserProfile {
  readonly age: number;
  readonly occupation: string;
  readonly gender: "M" | "F";
  /** The user's own words; null when they wrote none. */
  readonly likes: string | null;
  readonly dislikes: string | null;
}

const OCCUPATIONS = [
  "academic/educator",
  "artist",
  "clerical/admin",
  "college/grad student",
  "customer service",
  "doctor/health care",
  "executive/managerial",
  "farmer",
  "homemaker",
  "programmer",
  "retired",
  "sales/marketing",
  "scientist",
  "self-employed",
  "technician/engineer",
  "tradesman/craftsman",
  "writer",
] as const;

/** A profile that is true: what a user likes in words is what they like to watch. */
export function userProfile(seed: number, user: User): UserProfile {
  const random = randomStream(seed, "profile", user.userId);
  const wrote = random.chance(0.7);
  return {
    age: 14 + random.below(70),
    occupation: OCCUPATIONS[random.below(OCCUPATIONS.length)] ?? "writer",
    gender: random.chance(0.5) ? "M" : "F",
    likes: wrote && user.loves.length > 0 ? `I enjoy ${user.loves.join(" and ")} movies.` : null,
    dislikes:
      wrote && user.avoids !== undefined ? `I do not care for ${user.avoids} movies.` : null,
  };
}
