import { type BundleSummary, listBundles } from "@canarec/vectordb-scripts/bundle/read-bundles";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { sized } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

/** `canarec bundle list` */
export async function listAction(context: CliContext, options: CommonOptions): Promise<void> {
  const bundles = await withDatabase(context, options, listBundles);
  printResult(context, options, { bundles }, (result) => inWords(result.bundles));
}

function inWords(bundles: readonly BundleSummary[]): string {
  if (bundles.length === 0) return "No bundle yet: canarec bundle build makes one.";
  return table(
    ["bundle", "state", "created", "size", "events until", "collection"],
    bundles.map((bundle) => [
      bundle.bundleId.slice(0, 12),
      bundle.pinned ? `${bundle.state}, pinned` : bundle.state,
      bundle.createdAt.toISOString(),
      sized(bundle.bytes),
      bundle.watermark.highEventAt,
      bundle.collection,
    ]),
  );
}
