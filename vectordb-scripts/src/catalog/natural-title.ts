const TRAILING_ARTICLE = /^(.*\S)\s*,\s+(The|A|An|La|Le|Les|L'|El|Los|Las|Il|Lo|Der|Die|Das)$/;

/**
 * A title with its article in front: `City of Lost Children, The (Cité des enfants perdus, La)` →
 * `The City of Lost Children (La Cité des enfants perdus)`. Other titles stay as they are.
 */
export function naturalTitle(title: string): string {
  return title
    .trim()
    .split(/(\([^()]*\))/)
    .map((part) =>
      part.startsWith("(") ? `(${articleFirst(part.slice(1, -1))})` : keepingBlanks(part),
    )
    .join("");
}

function keepingBlanks(part: string): string {
  const text = part.trim();
  return text === "" ? part : part.replace(text, () => articleFirst(text));
}

function articleFirst(text: string): string {
  const match = TRAILING_ARTICLE.exec(text);
  if (match === null) return text;
  const [, rest = "", article = ""] = match;
  return article.endsWith("'") ? `${article}${rest}` : `${article} ${rest}`;
}

/** Title and year of `Title (1995)`, and of `Title (2006–2007)`; the year is null where none ends it. */
export function titleAndYear(text: string): { title: string; year: number | null } {
  const match = /^(.*\S)\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?)?\)$/.exec(text.trim());
  if (match === null) return { title: naturalTitle(text), year: null };
  return { title: naturalTitle(match[1] ?? ""), year: Number(match[2]) };
}
