/** The text of one JSON object and the line where it begins; `broken` if it never ended. */
export interface JsonText {
  readonly line: number;
  readonly text: string;
  readonly broken: boolean;
}

/**
 * Cut a JSON document into the objects at its top: of an array, or one after another.
 *
 * With `recover`, for a document that is not valid as a whole, a line that begins with `{` and is
 * indented no more than the object before ends that object as broken, so that what follows a missing
 * brace or quote is still read. A string that goes on past its line ends it, too.
 */
export function jsonTexts(
  lines: readonly { readonly line: number; readonly text: string }[],
  recover: boolean,
): JsonText[] {
  const cutter = new Cutter(recover);
  for (const { line, text } of lines) cutter.push(line, text);
  return cutter.end();
}

class Cutter {
  readonly #recover: boolean;
  readonly #found: JsonText[] = [];
  #parts: string[] = [];
  #line = 0;
  #indentation = 0;
  #depth = 0;
  #quoted = false;

  constructor(recover: boolean) {
    this.#recover = recover;
  }

  push(line: number, text: string): void {
    const indentation = text.length - text.trimStart().length;
    const begins = text.startsWith("{", indentation);
    if (this.#recover && this.#depth > 0 && begins && indentation <= this.#indentation) {
      this.#close(true);
    }
    if (this.#depth === 0) this.#indentation = indentation;
    this.#scan(line, text);
    if (this.#recover && this.#quoted) this.#close(true);
  }

  end(): JsonText[] {
    if (this.#depth > 0) this.#close(true);
    return this.#found;
  }

  #scan(line: number, text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text[at];
      if (this.#quoted) {
        if (character === "\\") at += 1;
        else if (character === '"') this.#quoted = false;
      } else if (character === '"') this.#quoted = this.#depth > 0;
      else if (character === "{") {
        if (this.#depth === 0) [this.#line, from] = [line, at];
        this.#depth += 1;
      } else if (character === "}" && this.#depth > 0) {
        this.#depth -= 1;
        if (this.#depth > 0) continue;
        this.#parts.push(text.slice(from, at + 1));
        this.#close(false);
      }
    }
    if (this.#depth > 0) this.#parts.push(text.slice(from));
  }

  #close(broken: boolean): void {
    this.#found.push({ line: this.#line, text: this.#parts.join("\n"), broken });
    this.#parts = [];
    this.#depth = 0;
    this.#quoted = false;
  }
}
