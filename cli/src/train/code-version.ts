import path from "node:path";
import { readCheckout } from "@canarec/local-cluster/checkout";

const REPOSITORY = path.resolve(import.meta.dirname, "..", "..", "..");

/** The commit that this code is of, with `+` where files differ from it; `unknown` outside a repository. */
export async function codeVersion(): Promise<string> {
  try {
    const { commit, changedFiles } = await readCheckout(REPOSITORY);
    return changedFiles > 0 ? `${commit}+` : commit;
  } catch {
    return "unknown"; // an image carries no repository
  }
}
