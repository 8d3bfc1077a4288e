import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { actor, controlApi } from "../release/control-api.ts";

const Made = z.object({ name: z.string(), token: z.string() });
const Listed = z.object({
  tokens: z.array(
    z.object({
      name: z.string(),
      createdAt: z.string(),
      createdBy: z.string(),
      revokedAt: z.string().nullable(),
    }),
  ),
});

/** `canarec token create`: the token alone on standard output, this once. */
export async function createTokenAction(
  context: CliContext,
  name: string,
  options: CommonOptions,
): Promise<void> {
  const made = Made.parse(
    await controlApi(context, options).post("/tokens", { name, actor: actor() }),
  );
  printResult(context, options, made, ({ token }) => token);
}

/** `canarec token revoke` */
export async function revokeTokenAction(
  context: CliContext,
  name: string,
  options: CommonOptions & { readonly reason?: string },
): Promise<void> {
  const { reason } = options;
  const body = { actor: actor(), ...(reason !== undefined && { reason }) };
  const answer = await controlApi(context, options).delete(`/tokens/${name}`, body);
  printResult(context, options, answer, () => `The token of ${name} is valid no more.`);
}

/** `canarec token list` */
export async function listTokensAction(context: CliContext, options: CommonOptions): Promise<void> {
  const listed = Listed.parse(await controlApi(context, options).get("/tokens"));
  printResult(context, options, listed, ({ tokens }) =>
    tokens.length === 0
      ? "There is the home's token alone."
      : table(
          ["whose", "made", "by", "revoked"],
          tokens.map((one) => [one.name, one.createdAt, one.createdBy, one.revokedAt]),
        ),
  );
}
