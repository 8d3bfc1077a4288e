import type { Command } from "commander";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { isChanging } from "./changing-commands.ts";

/** Of one command line that changes something. */
export interface CommandRecord {
  begin(command: Command): Promise<void>;
  /** Does nothing where nothing has begun. */
  end(outcome: string): Promise<void>;
}

/**
 * Puts commands that change the database on record, when they begin and with how they ended. Best effort: a database
 * that is away, or holds nothing yet, stops no command, and one that was restored has the row anew where it lost it.
 */
export function commandRecord(context: CliContext): CommandRecord {
  let begun: Begun | undefined;
  return {
    async begin(command) {
      const name = nameOf(command);
      const options = command.opts<CommonOptions & Record<string, unknown>>();
      if (!isChanging(name, options)) return;
      const [{ actor }, { hostname }] = await Promise.all([
        import("../release/control-api.ts"),
        import("node:os"),
      ]);
      const asked = {
        ...{ at: new Date(), actor: context.env["CANAREC_ACTOR"] ?? actor(), action: name },
        ...{ releaseId: null, reason: null, credential: null, source: hostname() },
        arguments: { arguments: command.args, options },
      };
      const key = await onRecord(context, options, (audit) => audit.begin(asked));
      begun = { asked, options, key };
    },
    async end(outcome) {
      if (begun === undefined) return;
      const { asked, options, key } = begun;
      await onRecord(context, options, async (audit) => {
        const isThere = key !== undefined && (await audit.end(key, outcome, asked));
        if (!isThere) await audit.begin(asked, outcome);
      });
    },
  };
}

interface Begun {
  readonly asked: Parameters<Audit["begin"]>[0];
  readonly options: CommonOptions;
  readonly key: number | undefined;
}

type Audit = import("@canarec/db-utils/audit/audit-repository").AuditRepository;

async function onRecord<T>(
  context: CliContext,
  options: CommonOptions,
  work: (audit: Audit) => Promise<T>,
): Promise<T | undefined> {
  const [{ createAuditRepository }, { withDatabase }] = await Promise.all([
    import("@canarec/db-utils/audit/audit-repository"),
    import("../with-database.ts"),
  ]);
  return withDatabase(context, options, async (database) => {
    const audit = createAuditRepository(database);
    return (await audit.hasNothing()) ? undefined : work(audit);
  }).catch(() => undefined);
}

/** Such as `db restore`. */
function nameOf(command: Command): string {
  const { parent } = command;
  const isTop = parent?.parent === null || parent === null;
  return isTop ? command.name() : `${nameOf(parent)} ${command.name()}`;
}
