import { type Random, uniformOf } from "./random.ts";
import { RESPONDERS, type Scenario } from "./scenario.ts";

/** Somebody with habits of his own, whichever track he is on. */
export interface Person {
  readonly id: number;
  /** Probability that a list leads to a watch, while he responds to the build. */
  readonly watchRate: number;
  /** Uniform: he responds to a build that reaches at least this share of all. */
  readonly response: number;
  /** Mean 1: how much likelier than others he is to meet failures. */
  readonly trouble: number;
  /** Mean 1: how long his visits are. */
  readonly activity: number;
  /** Uniform: whether losses of users concern him. */
  readonly luck: number;
  readonly personalised: boolean;
  /** Movies begun in the week before. */
  readonly begunBefore: number;
}

/** What chance has to say about a request, each in a number of its own. */
export const CHANCES = {
  latency: 1,
  failure: 2,
  second: 3,
  lostExposure: 4,
  lostAnswer: 5,
  lostWatch: 6,
  watch: 7,
  place: 8,
  soon: 9,
  delay: 10,
  minutes: 11,
  isRated: 12,
  rating: 13,
} as const;

/** A request, with its luck drawn before anybody knows its track. */
export interface Request {
  readonly person: Person;
  readonly atMs: number;
  /** Number of a list. */
  readonly list: number;
  /** Names its chances; see {@link chanceOf}. */
  readonly luck: number;
}

/** Uniform in (0, 1), always the same for a request and a question. */
export function chanceOf(request: Request, question: keyof typeof CHANCES): number {
  return uniformOf(request.luck, CHANCES[question]);
}

/** Different lists that builds give. */
export const LISTS = 500;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const PEAK_HOUR = 21;
const RETURNING = 0.2;
const MOST_REQUESTS = 60;
/** So many mean lengths of a visit before the start the visits begin; hardly one lasts longer. */
const VISITS_BEFORE = 6;

/** How busy it is at a time, relative to the day's mean of 1; highest at 21:00. */
export function rhythm(atMs: number, swing: number): number {
  return 1 + swing * Math.cos(2 * Math.PI * (atMs / DAY_MS - PEAK_HOUR / 24));
}

/**
 * Visits in the order of their begin, each with its requests: a Poisson process with a daily rhythm. What
 * comes does not depend on any build, so that two policies, or two builds, can be given the same users.
 */
export class Traffic {
  readonly #random: Random;
  readonly #scenario: Scenario;
  readonly #people: Person[] = [];
  /** Requests by the slice of time that they fall into. */
  readonly #slices = new Map<number, Request[]>();
  readonly #sliceMs: number;
  readonly #startMs: number;
  readonly #gapMs: number;
  #nextVisitMs: number;

  /** @param sliceMs length of the slices that {@link requestsUntil} is asked for. */
  constructor(scenario: Scenario, random: Random, sliceMs: number) {
    this.#random = random;
    this.#scenario = scenario;
    this.#sliceMs = sliceMs;
    this.#startMs = scenario.startMs;
    this.#gapMs = scenario.requestGapSeconds * 1_000;
    // Whoever came shortly before is still here.
    this.#nextVisitMs = scenario.startMs - VISITS_BEFORE * scenario.requestsPerVisit * this.#gapMs;
  }

  /** Requests of the slice that ends at `toMs`, by time; slices are asked for one after the other. */
  requestsUntil(toMs: number): readonly Request[] {
    while (this.#nextVisitMs < toMs) {
      this.#visit(this.#nextVisitMs);
      const { visitsPerHour, dailySwing } = this.#scenario;
      const meanMs = HOUR_MS / (visitsPerHour * rhythm(this.#nextVisitMs, dailySwing));
      this.#nextVisitMs += this.#random.exponential(meanMs);
    }
    const slice = Math.round(toMs / this.#sliceMs) - 1;
    const requests = this.#slices.get(slice) ?? [];
    this.#slices.delete(slice);
    return requests.sort((a, b) => a.atMs - b.atMs);
  }

  #visit(beginsMs: number): void {
    const random = this.#random;
    const isBack = random.uniform() < RETURNING && this.#people.length > 0;
    const known = isBack ? this.#people[random.below(this.#people.length)] : undefined;
    const person = known ?? this.#newPerson();
    const further = random.exponential((this.#scenario.requestsPerVisit - 1) * person.activity);
    // Rounding down halves a request away on average.
    const requests = Math.min(MOST_REQUESTS, 1 + Math.floor(further + 0.5));
    let atMs = Math.floor(beginsMs);
    let list = random.below(LISTS);
    for (let i = 0; i < requests; i += 1) {
      if (i > 0) {
        atMs += Math.ceil(random.exponential(this.#gapMs));
        if (random.uniform() < 0.5) list = random.below(LISTS);
      }
      const luck = random.int();
      if (atMs >= this.#startMs) this.#put({ person, atMs, list, luck });
    }
  }

  #put(request: Request): void {
    const slice = Math.floor(request.atMs / this.#sliceMs);
    const requests = this.#slices.get(slice);
    if (requests === undefined) this.#slices.set(slice, [request]);
    else requests.push(request);
  }

  #newPerson(): Person {
    const random = this.#random;
    const { watchRate, spread } = this.#scenario;
    const own = random.beta(watchRate / RESPONDERS, 1 / spread - 1);
    const person: Person = {
      id: this.#people.length,
      watchRate: own,
      response: random.uniform(),
      trouble: random.exponential(1),
      activity: random.gamma(2) / 2,
      luck: random.uniform(),
      personalised: random.uniform() < 0.95,
      begunBefore: Math.floor(random.exponential(1 + 20 * own)),
    };
    this.#people.push(person);
    return person;
  }
}
