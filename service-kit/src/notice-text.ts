/** What a message to the operators says, each in a line. */
export interface NoticeParts {
  /** What happened, with its cause and its figures. */
  readonly what: string;
  /** Whom it reaches: which users, or how many. */
  readonly users: string;
  readonly since: Date;
  /** What the system did already, and will do by itself. */
  readonly done: string;
  /** The command to look closer, as `canarec release explain 7`. */
  readonly look: string;
}

/** Longest text of a message, in characters: Slack cuts longer ones. */
const MOST_CHARACTERS = 3_500;

/** A message that is read in ten seconds: what, to whom, since when, what was done, and where to look. */
export function noticeText({ what, users, since, done, look }: NoticeParts): string {
  const rest = [
    `Users: ${oneLine(users)}`,
    `Since: ${utcTime(since)}`,
    `Done: ${oneLine(done)}`,
    `Look: npx ${oneLine(look)}`,
  ].join("\n");
  return `${cut(what.trim(), MOST_CHARACTERS - rest.length - 1)}\n${rest}`;
}

/** `2026-03-01 20:00:05 UTC` */
export function utcTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `0.4 %`, `12 %`: a share with two digits that count. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

function oneLine(text: string): string {
  return cut(text.replace(/\s+/g, " ").trim(), MOST_CHARACTERS / 5);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;
}
