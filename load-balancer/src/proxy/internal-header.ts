import { InternalHeader } from "@canarec/inference/contract/internal-header";
import type { z } from "zod";

/** What is read of it. A newer build may know reasons that this one does not, and is no stranger for that. */
const Header = InternalHeader.omit({ reason: true });
export type AnswerHeader = z.output<typeof Header>;

/** All answers of a build without chance in them have one of two texts. */
const REMEMBERED = 64;

/** Reads the header, remembering the few texts that nearly all answers share. */
export function createInternalHeaderReader(): (text: unknown) => AnswerHeader | undefined {
  const known = new Map<string, AnswerHeader>();
  return (text) => {
    if (typeof text !== "string") return undefined;
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const parsed = parse(text);
    if (parsed !== undefined) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, parsed);
    }
    return parsed;
  };
}

function parse(text: string): AnswerHeader | undefined {
  try {
    return Header.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
