import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { askJson } from "./ask-json.ts";

export interface HideOptions extends CommonOptions {
  readonly what: "hide" | "unhide";
  readonly user: number;
  readonly movie: string;
  readonly url?: string;
}

/**
 * `canarec hide` and `canarec unhide`
 *
 * @throws ServiceError "unavailable" without an answer or with an error, as for a movie that is not known.
 */
export async function hideAction(context: CliContext, options: HideOptions): Promise<void> {
  const { what, user, movie } = options;
  const publicUrl = options.url ?? findServers(context, options).publicUrl();
  const path = `/api/v1/users/${user}/hidden/${encodeURIComponent(movie)}`;
  await askJson(new URL(path, publicUrl), z.null(), what === "hide" ? "PUT" : "DELETE");
  const isHidden = what === "hide";
  printResult(context, options, { userId: user, movie, hidden: isHidden }, () =>
    isHidden ? `User ${user} is not shown ${movie}.` : `User ${user} may be shown ${movie}.`,
  );
}
