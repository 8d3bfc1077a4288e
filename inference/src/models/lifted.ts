import { ServiceError } from "@canarec/service-kit/errors";
import type { Interactions, UserInteractions } from "./interactions.ts";
import type { Artifact, Model, Scorer } from "./model.ts";

/** How far preferences are lifted before a model sees them. */
export interface LiftConfig {
  /** What choosing a movie says by itself, in [0, 1): 0 leaves preferences as they are, near 1 all count alike. */
  readonly lift: number;
  /** Preferences below it speak against a movie and stay as they are; in [−1, 1]. Compared in single precision. */
  readonly leastLifted: number;
}

/**
 * A preference as a model of choices takes it: lift + (1 − lift) · preference from `leastLifted` on, in [−1, 1].
 * That somebody chose a movie tells of their taste, even where they found it only fair: such movies are worth
 * less than those that they liked, but more than none.
 */
export function liftPreferences(preferences: Float32Array, config: LiftConfig): Float32Array {
  const { lift } = config;
  const least = Math.fround(config.leastLifted);
  const lifted = new Float32Array(preferences.length);
  for (let at = 0; at < preferences.length; at += 1) {
    const preference = preferences[at] as number;
    lifted[at] = preference >= least ? lift + (1 - lift) * preference : preference;
  }
  return lifted;
}

/**
 * The model, told lifted preferences when it learns and when it scores. Both parameters are part of its config and of
 * its artifact.
 *
 * @param defaults those of the lift, and of the model's own those that are to be others than it has.
 */
export function lifted<Config extends object>(
  model: Model<Config>,
  defaults: LiftConfig & Partial<Config>,
): Model<Config & LiftConfig> {
  return {
    name: model.name,
    defaults: { ...model.defaults, ...defaults },

    async fit(interactions, config, tools): Promise<Artifact> {
      const { lift, leastLifted, ...own } = config;
      checkLift({ lift, leastLifted });
      const artifact = await model.fit(
        withLift(interactions, { lift, leastLifted }),
        own as unknown as Config,
        tools,
      );
      return { ...artifact, numbers: { ...artifact.numbers, lift, leastLifted } };
    },

    prepare(artifact): Scorer {
      const { lift = 0, leastLifted = 0 } = artifact.numbers;
      const scorer = model.prepare(artifact);
      const told = (user: UserInteractions) => withLift(user, { lift, leastLifted });
      return {
        movies: scorer.movies,
        score: (user, into) => scorer.score(told(user), into),
        scoreSome: (user, candidates, into) => scorer.scoreSome(told(user), candidates, into),
        contributions: (user, movie) => scorer.contributions(told(user), movie),
      };
    },
  };
}

function withLift<Rows extends Interactions | UserInteractions>(rows: Rows, by: LiftConfig): Rows {
  return { ...rows, preferences: liftPreferences(rows.preferences, by) };
}

function checkLift({ lift, leastLifted }: LiftConfig): void {
  if (!(lift >= 0 && lift < 1)) refuse(`lift ${lift} is not in [0, 1)`);
  if (!(leastLifted >= -1 && leastLifted <= 1)) {
    refuse(`leastLifted ${leastLifted} is not in [−1, 1]`);
  }
}

function refuse(fault: string): never {
  throw new ServiceError("invalid_argument", fault);
}
