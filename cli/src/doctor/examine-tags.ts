import type { Database } from "@canarec/db-utils/database";
import { type Finding, warning } from "./finding.ts";

/** Whether the repository of tags can be read, as monitoring told last; nothing where it never failed. */
export async function examineTags(database: Database): Promise<readonly Finding[]> {
  const { rows } = await database.pool.query<{ key: string; text: string }>(
    `select notice_key as key, text from notices
     where kind = 'tag' and (notice_key like 'tags-unreadable-%' or notice_key like 'tags-readable-%')
     order by created_at desc limit 1`,
  );
  const [last] = rows;
  if (last?.key.startsWith("tags-unreadable-") !== true) return [];
  const [says = ""] = last.text.split("\n");
  const since = last.key.slice("tags-unreadable-".length);
  const todo = "git ls-remote of TAG_REPOSITORY by hand; its address, the network, user or key";
  return [warning("tags", `${says} (since ${since})`, todo)];
}
