import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { positiveNumber, wholeNumber } from "./parse-number.ts";

/** `canarec audit` and `canarec token …`: who may ask, and what was asked for. */
export function addAuditCommands(program: Command, context: CliContext): void {
  leaf(program, "audit", "who asked for what, when, from where, and what became of it")
    .option("--limit <rows>", "how many, the newest first", wholeNumber(1, 100_000), 50)
    .option("--action <action>", "only this one, such as promote or authenticate")
    .option("--release <id>", "only of this release", wholeNumber(1, 2_147_483_647))
    .option("--since <hours>", "only of the last hours", positiveNumber)
    .addHelpText("after", examples("audit", "audit --action authenticate --since 24"))
    .action(async (options: { limit: number }) => {
      const { auditAction } = await import("../audit/audit-action.ts");
      await auditAction(context, options);
    });
  const group = program.command("token").description("operators' own tokens of the control plane");
  leaf(group, "create", "make a token for somebody, and print it this once")
    .argument("<name>", "whose it is: lower-case letters, digits, dots and dashes")
    .addHelpText("after", examples("token create ann > ann.token"))
    .action(async (name: string, options: object) => {
      const { createTokenAction } = await import("../audit/token-actions.ts");
      await createTokenAction(context, name, options);
    });
  leaf(group, "list", "whose tokens there are").action(async (options: object) => {
    const { listTokensAction } = await import("../audit/token-actions.ts");
    await listTokensAction(context, options);
  });
  leaf(group, "revoke", "make a token invalid")
    .argument("<name>", "whose it is")
    .option("--reason <reason>", "for the record")
    .action(async (name: string, options: object) => {
      const { revokeTokenAction } = await import("../audit/token-actions.ts");
      await revokeTokenAction(context, name, options);
    });
}
