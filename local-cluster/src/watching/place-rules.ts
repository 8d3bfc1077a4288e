import { parse, stringify } from "yaml";
import { z } from "zod";

/** What rules say for the folder of the cluster's state. */
const PLACEHOLDER = /\bCANAREC_HOME\b/g;

const Rule = z.looseObject({ annotations: z.looseObject({ look: z.string() }).optional() });
const Rules = z.looseObject({ groups: z.array(z.looseObject({ rules: z.array(Rule) })) });

/**
 * The same rules with the home of a cluster in the commands to look, so that they can be pasted into a shell.
 *
 * @param text a rule file of Prometheus.
 * @param home absolute.
 * @throws ZodError where the text is none.
 */
export function placedRules(text: string, home: string): string {
  const file = Rules.parse(parse(text));
  const groups = file.groups.map((group) => ({
    ...group,
    rules: group.rules.map(({ annotations, ...rule }) =>
      annotations === undefined
        ? rule
        : { ...rule, annotations: { ...annotations, look: placed(annotations.look, home) } },
    ),
  }));
  return stringify({ ...file, groups }, { lineWidth: 0 });
}

/** Quoted where a shell would read it as something else. */
function placed(command: string, home: string): string {
  const isPlain = /^[\w@%+=:,./-]+$/.test(home);
  const word = isPlain ? home : `'${home.replaceAll("'", `'\\''`)}'`;
  return command.replace(PLACEHOLDER, () => word);
}
