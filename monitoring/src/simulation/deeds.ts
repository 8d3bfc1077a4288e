import type { AnalysedExposure } from "../analysis/exposure.ts";
import type { BegunMovie, RatedMovie } from "../analysis/user-figures.ts";
import { type Losses, RESPONDERS, type Scenario } from "./scenario.ts";
import { type Request, chanceOf, rhythm } from "./traffic.ts";

/** What one user did with movies, whenever it was. */
export interface UserDeeds {
  readonly begun: BegunMovie[];
  readonly rated: RatedMovie[];
  readonly begunBefore: number;
}

const MINUTE_MS = 60_000;
const RATED = 0.3;
const NOTHING: UserDeeds = { begun: [], rated: [], begunBefore: 0 };

/** What users watch and rate because of the lists that they were given. */
export class Deeds {
  readonly #scenario: Scenario;
  readonly #users = new Map<number, UserDeeds>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  of(userId: number): UserDeeds {
    return this.#users.get(userId) ?? NOTHING;
  }

  /**
   * What comes of an answer. Somebody who responds to a build follows its lists as often as he would
   * those of any other; a better build is one that more people respond to. So the relative difference of the
   * tracks in users who watch, hits and minutes is the scenario's effect exactly, in every hour.
   */
  note(request: Request, exposure: AnalysedExposure, losses: Losses): void {
    const { person, atMs } = request;
    const user = this.#userOf(request);
    const { effect, dailySwing } = this.#scenario;
    const responders = RESPONDERS * (exposure.assigned === "nightly" ? 1 + effect : 1);
    if (person.response >= responders || exposure.status !== 200) return;
    if (chanceOf(request, "watch") >= person.watchRate * rhythm(atMs, dailySwing)) return;
    if (chanceOf(request, "lostWatch") < losses.watches) return;
    const place = Math.floor(chanceOf(request, "place") * exposure.list.length);
    const movieId = exposure.list[place];
    if (movieId === undefined || user.begun.some((movie) => movie.movieId === movieId)) return;
    const firstWatchedAtMs = atMs + this.#delayMs(request);
    const minutes = Math.floor(Math.min(180, -45 * Math.log(chanceOf(request, "minutes"))));
    user.begun.push({ movieId, firstWatchedAtMs, minutes });
    if (chanceOf(request, "isRated") >= RATED) return;
    const ratedAtMs = firstWatchedAtMs + minutes * MINUTE_MS;
    const twentieths = 4 + Math.floor(17 * chanceOf(request, "rating"));
    user.rated.push({ movieId, ratedAtMs, twentieths });
  }

  /** Most watches come soon, some beyond the window in which they count. */
  #delayMs(request: Request): number {
    const { attributionSeconds } = this.#scenario.plan;
    const delay = chanceOf(request, "delay");
    const share = chanceOf(request, "soon") < 0.7 ? -Math.log(delay) / 12 : 3 * delay;
    return Math.ceil(share * attributionSeconds * 1_000);
  }

  #userOf({ person }: Request): UserDeeds {
    const known = this.#users.get(person.id);
    if (known !== undefined) return known;
    const user = { begun: [], rated: [], begunBefore: person.begunBefore };
    this.#users.set(person.id, user);
    return user;
  }
}
