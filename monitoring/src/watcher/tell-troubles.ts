import type { Notice } from "@canarec/db-utils/notices/notice-repository";
import type { OpenTrouble, TroubleRepository } from "@canarec/db-utils/watch/trouble-repository";
import type { Outbox } from "../slack/open-outbox.ts";
import type { NamedFinding } from "../watch/findings.ts";
import { type Watched, UNSEEN, afterLook } from "../watch/hysteresis.ts";
import type { WatchLimits } from "../watch/limits.ts";
import type { Finding } from "../watch/sighting.ts";
import { beginNotice, endNotice } from "../watch/trouble-notice.ts";

type Bad = Extract<Finding, { kind: "bad" }>;

interface Moment {
  readonly sinceMs: number;
  readonly now: Date;
}

/** What of the troubles is told from here; the others are only on record. */
export type Tells = (named: Pick<NamedFinding, "trouble" | "kind">) => boolean;

/** What could not be written yet; its message was told. */
type Unsaved = (repository: TroubleRepository) => Promise<void>;

/**
 * Makes of findings what is on record, and told. What is open is what Postgres says, so that it is told once over restarts and several
 * monitorings; while Postgres is away it is what was known last, and is written when Postgres is back.
 */
export class TroubleTeller {
  readonly #repository: TroubleRepository;
  readonly #outbox: Pick<Outbox, "tell">;
  readonly #limits: WatchLimits;
  readonly #tells: Tells;
  readonly #watched = new Map<string, Watched>();
  readonly #unsaved: Unsaved[] = [];
  #open = new Map<string, OpenTrouble>();

  constructor(
    repository: TroubleRepository,
    outbox: Pick<Outbox, "tell">,
    { limits, tells }: { readonly limits: WatchLimits; readonly tells: Tells },
  ) {
    this.#repository = repository;
    this.#outbox = outbox;
    this.#limits = limits;
    this.#tells = tells;
  }

  /** @returns what is open after it. */
  async take(findings: readonly NamedFinding[], now: Date): Promise<readonly OpenTrouble[]> {
    await this.#refresh().catch(() => undefined);
    for (const named of findings) {
      const { trouble, kind, finding } = named;
      const known = this.#open.get(trouble);
      const holds = this.#limits.holds[kind];
      const look = { nowMs: now.getTime(), isOpen: known !== undefined, ...holds };
      const before = this.#watched.get(trouble) ?? UNSEEN;
      const { watched: after, event } = afterLook(before, finding, look);
      this.#watched.set(trouble, after);
      if (event === "begins" && finding.kind === "bad") {
        await this.#begin(named, finding, { sinceMs: after.badSinceMs ?? now.getTime(), now });
      } else if (event === "ends" && known !== undefined) {
        await this.#end(named, known, { sinceMs: known.beganAt.getTime(), now });
      }
    }
    return [...this.#open.values()];
  }

  async #begin(named: NamedFinding, finding: Bad, { sinceMs, now }: Moment): Promise<void> {
    const { trouble } = named;
    const row = { trouble, beganAt: new Date(sinceMs), what: finding.what };
    const notice = this.#tells(named) ? beginNotice(named, finding, sinceMs) : undefined;
    this.#open.set(trouble, row);
    await this.#save(notice, (to, told) => to.begin(row, told, now));
  }

  async #end(named: NamedFinding, known: OpenTrouble, { sinceMs, now }: Moment): Promise<void> {
    const { trouble } = named;
    const past = { sinceMs, nowMs: now.getTime(), what: known.what };
    const notice = this.#tells(named) ? endNotice(named, past) : undefined;
    this.#open.delete(trouble);
    await this.#save(notice, (to, told) => to.end(trouble, told, now));
  }

  async #save(
    notice: Notice | undefined,
    write: (to: TroubleRepository, notice: Notice | undefined) => Promise<void>,
  ): Promise<void> {
    try {
      await write(this.#repository, notice);
    } catch {
      if (notice !== undefined) this.#outbox.tell(notice);
      this.#unsaved.push((to) => write(to, undefined));
    }
  }

  async #refresh(): Promise<void> {
    for (let late = this.#unsaved[0]; late !== undefined; late = this.#unsaved[0]) {
      await late(this.#repository);
      this.#unsaved.shift();
    }
    const open = await this.#repository.open();
    this.#open = new Map(open.map((one) => [one.trouble, one]));
  }
}
