import { ServiceError } from "@canarec/service-kit/errors";
import { type BundleDetails, showBundle } from "@canarec/vectordb-scripts/bundle/read-bundles";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted, sized } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

/**
 * `canarec bundle show`
 *
 * @throws ServiceError "data_loss" for a damaged one, after it was shown.
 */
export async function showAction(
  context: CliContext,
  id: string,
  options: CommonOptions,
): Promise<void> {
  const bundle = await withDatabase(context, options, (database) => showBundle(database, id));
  printResult(context, options, bundle, inWords);
  if (bundle.damage !== null) throw new ServiceError("data_loss", bundle.damage);
}

function inWords(bundle: BundleDetails): string {
  const facts = [
    ["bundle", bundle.bundleId],
    ["state", bundle.pinned ? `${bundle.state}, pinned` : bundle.state],
    ["created", bundle.createdAt.toISOString()],
    ["verified", bundle.damage === null ? "every byte" : "DAMAGED"],
    ["movies", bundle.movies === null ? "unknown" : counted(bundle.movies, "movie")],
    ["events until", bundle.watermark.highEventAt ?? "none yet"],
    ["collection", bundle.collection],
    ["model", bundle.manifest.modelVersion],
  ].map(([name = "", value = ""]) => `${name.padEnd(13)} ${value}`);
  const artifacts = table(
    ["artifact", "type", "shape", "size", "sha256"],
    bundle.manifest.artifacts.map((artifact) => [
      artifact.name,
      artifact.dtype,
      artifact.shape.join(" × "),
      sized(artifact.bytes),
      artifact.sha256.slice(0, 12),
    ]),
  );
  return [...facts, "", artifacts].join("\n");
}
