import { readExplorations, readFirstAnswers } from "@canarec/db-utils/analysis/first-answers";
import {
  SLOT_POLICIES,
  type SlotChoice,
  type SlotPolicy,
  decisionsUnder,
  slotChoice,
} from "@canarec/inference/evaluation/explored-slots";
import {
  type OffPolicyEstimates,
  type OffPolicyRefusal,
  type PolicyValue,
  judgeOffPolicy,
} from "@canarec/inference/evaluation/off-policy";
import { Exploration } from "@canarec/inference/models/blend/blend";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

const DAY_MS = 86_400_000;

/** Of the clipped estimate: twice what one place in ten that explores gives. */
const CLIP_AT = 20;

interface Explored {
  readonly from: Date;
  readonly to: Date;
  /** Of replicas to users who are not pinned. */
  readonly answers: number;
  /** One a user: what a place that might explore showed. */
  readonly choices: number;
  readonly explored: number;
  readonly policies: readonly {
    readonly policy: SlotPolicy;
    readonly found: OffPolicyEstimates | OffPolicyRefusal;
  }[];
}

/** `canarec exploration`: what the places that explore earn, and would have earned had they never, or always. */
export async function explorationAction(
  context: CliContext,
  options: CommonOptions & { readonly days: number },
): Promise<void> {
  const to = new Date(Date.now() - DAY_MS); // each has a whole day to be taken
  const from = new Date(to.getTime() - options.days * DAY_MS);
  const { shown, choices } = await withDatabase(context, options, async ({ pool }) => {
    const { answers, shown } = await readFirstAnswers(pool, { from, to });
    const bundles = [...new Set(answers.map(({ bundle }) => bundle))];
    const explorations = await readExplorations(pool, bundles);
    const choices = answers.flatMap((answer): SlotChoice[] => {
      const { data } = Exploration.safeParse(explorations.get(answer.bundle));
      const choice = data && slotChoice(answer, data);
      return choice === undefined ? [] : [choice];
    });
    return { shown, choices };
  });
  const policies = SLOT_POLICIES.map((policy) => ({
    policy,
    found: judgeOffPolicy(decisionsUnder(policy, choices), CLIP_AT),
  }));
  const explored = choices.filter((choice) => choice.explored).length;
  const counts = { answers: shown, choices: choices.length, explored };
  printResult<Explored>(context, options, { from, to, ...counts, policies }, inWords);
}

const WORDS: Readonly<Record<SlotPolicy, string>> = {
  logged: "as they did",
  never: "never",
  always: "always",
};

function inWords({ from, to, answers, choices, explored, policies }: Explored): string {
  const period = `${from.toISOString().slice(0, 16)} to ${to.toISOString().slice(0, 16)}`;
  const rows = policies.map(({ policy, found }) => [
    WORDS[policy],
    ...(found.kind === "refused"
      ? [`not known: ${found.message}`]
      : [percent(found.snips), percent(found.ips), found.effectiveDecisions.toFixed(0)]),
  ]);
  return [
    `${period}: ${counted(answers, "answer")}; of ${counted(choices, "user")} one place that may explore is looked at, ${counted(explored, "place")} of them explored.`,
    "",
    "Movies of such a place that are taken within a day, were they to explore:",
    "",
    table(["", "SNIPS", "IPS", "effective users"], rows),
  ].join("\n");
}

function percent({ value, se }: PolicyValue): string {
  return `${(100 * value).toFixed(2)} % ± ${(100 * se).toFixed(2)}`;
}
