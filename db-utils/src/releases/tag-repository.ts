import type { Database } from "../database.ts";
import { type Notice, insertNotice } from "../notices/notice-repository.ts";

/** A tag, and the full commit that it names. */
export interface Tag {
  readonly tag: string;
  readonly code: string;
}

export interface KnownTag extends Tag {
  readonly outcome: "before" | "pending" | "submitted" | "refused";
}

/** A message for the operators, written with what it tells. */
export type TagNotice = Omit<Notice, "kind">;

/** What a tag became: one of both. */
export interface TagRelease {
  readonly releaseId?: number | null;
  readonly serviceReleaseId?: number | null;
}

type Queryable = Pick<Database["pool"], "query">;

/** What is known of the tags of a repository, which its address's SHA-256 names. */
export class TagRepository {
  readonly #db: Database;
  readonly #repository: string;

  constructor(db: Database, repository: string) {
    this.#db = db;
    this.#repository = repository;
  }

  /** Undefined where the repository was never looked at. */
  async known(): Promise<readonly KnownTag[] | undefined> {
    const { pool } = this.#db;
    const watched = await pool.query("select 1 from tag_repositories where repository = $1", [
      this.#repository,
    ]);
    if (watched.rowCount === 0) return undefined;
    const { rows } = await pool.query<KnownTag>(
      "select tag, code, outcome from release_tags where repository = $1",
      [this.#repository],
    );
    return rows;
  }

  /** Begin to watch: these were there before. */
  async begin(tags: readonly Tag[], now: Date): Promise<void> {
    await this.#db.transaction(async ({ client }) => {
      await client.query(
        "insert into tag_repositories (repository, watched_since) values ($1, $2) on conflict do nothing",
        [this.#repository, now],
      );
      for (const one of tags) await this.#note(client, { ...one, outcome: "before" }, now);
    });
  }

  /** A tag that is to be submitted: noted before it is, so that it is neither lost nor submitted twice. */
  async pending(tag: Tag, now: Date): Promise<void> {
    await this.#note(this.#db.pool, { ...tag, outcome: "pending" }, now);
  }

  /** The release that was made of a tag's commit, where whoever asked for it has not heard of it. */
  async releaseOf({ tag, code }: Tag): Promise<TagRelease | undefined> {
    const { rows } = await this.#db.pool.query<TagRelease>(
      `select release_id as "releaseId", null as "serviceReleaseId" from releases where tag = $1 and code = $2
       union all
       select null, service_release_id from service_releases where tag = $1 and code = $2 limit 1`,
      [tag, code],
    );
    return rows[0];
  }

  async submitted(
    tag: string,
    { releaseId = null, serviceReleaseId = null }: TagRelease,
  ): Promise<void> {
    await this.#db.pool.query(
      `update release_tags set outcome = 'submitted', release_id = $3, service_release_id = $4
       where repository = $1 and tag = $2`,
      [this.#repository, tag, releaseId, serviceReleaseId],
    );
  }

  async refused(
    tag: string,
    reason: string,
    { notice, now }: { readonly notice: TagNotice; readonly now: Date },
  ): Promise<void> {
    await this.#db.transaction(async ({ client }) => {
      await client.query(
        "update release_tags set outcome = 'refused', reason = $3 where repository = $1 and tag = $2",
        [this.#repository, tag, reason],
      );
      await insertNotice(client, { ...notice, kind: "tag" }, { at: now });
    });
  }

  async tell(notice: TagNotice, now: Date): Promise<void> {
    await insertNotice(this.#db.pool, { ...notice, kind: "tag" }, { at: now });
  }

  async #note(client: Queryable, { tag, code, outcome }: KnownTag, now: Date): Promise<void> {
    await client.query(
      `insert into release_tags (repository, tag, code, seen_at, outcome) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [this.#repository, tag, code, now, outcome],
    );
  }
}
