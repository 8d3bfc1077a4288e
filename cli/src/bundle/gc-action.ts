import { type CollectedBundle, collectBundles } from "@canarec/db-utils/retention/collect-bundles";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted, sized } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

interface Options extends CommonOptions {
  readonly dryRun?: boolean;
}

/** What `canarec bundle gc` tells. */
export interface BundleCollection {
  /** Nothing was removed: `removed` is what would be. */
  readonly dryRun: boolean;
  /** Of what is, or would be, removed. */
  readonly bytes: number;
  readonly removed: readonly CollectedBundle[];
  readonly kept: readonly CollectedBundle[];
}

/** `canarec bundle gc` */
export async function gcAction(context: CliContext, options: Options): Promise<void> {
  const dryRun = options.dryRun === true;
  const found = await withDatabase(context, options, (database) =>
    collectBundles(database, { now: new Date(), dryRun }),
  );
  const bytes = found.removed.reduce((total, bundle) => total + bundle.bytes, 0);
  printResult<BundleCollection>(context, options, { dryRun, bytes, ...found }, inWords);
}

function inWords({ dryRun, bytes, removed, kept }: BundleCollection): string {
  const verb = dryRun ? "Would remove" : "Removed";
  const head = `${verb} ${counted(removed.length, "bundle")}, ${sized(bytes)}; ${counted(kept.length, "bundle")} needed.`;
  if (removed.length + kept.length === 0) return head;
  const rows = [...kept, ...removed].map((bundle) => [
    bundle.bundleId.slice(0, 12),
    bundle.createdAt.toISOString(),
    sized(bundle.bytes),
    bundle.reasons.length === 0 ? (dryRun ? "would go" : "gone") : bundle.reasons.join(", "),
  ]);
  return [head, "", table(["bundle", "created", "size", "stays because"], rows)].join("\n");
}
