import type { Movie } from "./catalogue.ts";
import type { User } from "./population.ts";
import type { Random } from "./random.ts";
import { fit } from "./tastes.ts";

/** What a user has before them when they choose. */
export interface Offer {
  /** The recommended movies, best first. */
  readonly recommended: readonly Movie[];
  /** Others that the user comes across, in any order. */
  readonly browsed: readonly Movie[];
}

/** What came of one visit. */
export interface Visit {
  /** Undefined when nothing appealed. */
  readonly movie: Movie | undefined;
  /** Position in the recommended list, from 0; undefined for a movie found elsewhere. */
  readonly position: number | undefined;
  /** The last minute watched, from 0; 0 without a movie. */
  readonly lastMinute: number;
  /** In stars of five, in [0.5, 5]; undefined when the user did not rate. */
  readonly stars: number | undefined;
}

/** Utility is in logits of the choice; fit spans about ±0.7, quality ±2. */
const FIT_WEIGHT = 3;
const QUALITY_WEIGHT = 0.5;

/** Being recommended is being seen; the first place most. Per place, in logits. */
const PLACE_GAIN = 0.2;
const PLACE_COST = 0.06;

/** Utility of watching nothing: with a list that fits nobody, about one visit in seven ends so. */
const NOTHING = 1.8;

/** Logit of watching to the end a movie of utility 0. */
const PATIENCE = 1.4;
const BAIL_OUT_MEAN_MINUTES = 25;

/**
 * The truth: how much a user enjoys a movie, in logits of choosing it. 0 is a movie like any other.
 */
export function trueUtility(user: User, movie: Movie): number {
  return FIT_WEIGHT * fit(user.taste, movie.factors) + QUALITY_WEIGHT * movie.quality;
}

/**
 * A user's response to an exposure: what they choose (multinomial logit over the offer and watching
 * nothing), how long they watch it, and how they rate it. Popularity enters by what they come across.
 * A movie that is both recommended and browsed counts as recommended.
 */
export function respond(user: User, offer: Offer, random: Random): Visit {
  const { movie, position } = choose(user, offer, random);
  if (!movie) return { movie: undefined, position: undefined, lastMinute: 0, stars: undefined };
  const lastMinute = watchedUntil(user, movie, random);
  const stars = random.chance(user.ratesShare) ? starsFor(user, movie, random) : undefined;
  return { movie, position, lastMinute, stars };
}

interface Choice {
  readonly movie: Movie | undefined;
  readonly position: number | undefined;
}

function choose(user: User, offer: Offer, random: Random): Choice {
  const { recommended } = offer;
  const browsed = offer.browsed.filter((movie) => !recommended.includes(movie));
  const weights = [
    ...recommended.map((movie, place) =>
      Math.exp(trueUtility(user, movie) + PLACE_GAIN - PLACE_COST * place),
    ),
    ...browsed.map((movie) => Math.exp(trueUtility(user, movie))),
    Math.exp(NOTHING),
  ];
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => (left -= weight) < 0);
  if (chosen < 0) return { movie: undefined, position: undefined };
  return chosen < recommended.length
    ? { movie: recommended[chosen], position: chosen }
    : { movie: browsed[chosen - recommended.length], position: undefined };
}

/** To the end when it fits, else they leave, mostly early. */
function watchedUntil(user: User, movie: Movie, random: Random): number {
  const stays = 1 / (1 + Math.exp(-PATIENCE - trueUtility(user, movie)));
  const last = movie.lengthMinutes - 1;
  return random.chance(stays)
    ? last
    : Math.min(last, Math.floor(random.exponential(BAIL_OUT_MEAN_MINUTES)));
}

/** Stars of five by true utility, the user's generosity and chance, in the user's steps. */
function starsFor(user: User, movie: Movie, random: Random): number {
  const felt = 3 + 0.6 * trueUtility(user, movie) + user.generosity + 0.5 * random.normal();
  const steps = user.halfStars ? 2 : 1;
  return Math.min(5, Math.max(1 / steps, Math.round(felt * steps) / steps));
}
