/**
 * Commands that change something without asking the control plane, which keeps a record itself; and those that take
 * data out. Any other only looks.
 */
export const CHANGING_COMMANDS: readonly string[] = [
  "bundle build",
  "catalog embed",
  "catalog import",
  "db backup",
  "db migrate",
  "db restore",
  "db retention",
  "stream replay",
  "train",
];

/** Options that make a command one of them. */
const CHANGING_OPTIONS: Readonly<Record<string, string>> = {
  "catalog verify": "mend",
  "db statistics": "recompute",
};

/** Whether a command line is to be on record. @param name such as `db restore`. */
export function isChanging(name: string, options: Readonly<Record<string, unknown>>): boolean {
  const option = CHANGING_OPTIONS[name];
  return CHANGING_COMMANDS.includes(name) || (option !== undefined && options[option] === true);
}
