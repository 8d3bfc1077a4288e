import { createHash } from "node:crypto";
import { Transform } from "node:stream";

const NEWLINE = 10;

/** What went through: rows of COPY's text format (which escapes newlines, so one ends each row), and their sha256. */
export interface CopyDigest {
  readonly rows: number;
  readonly sha256: string;
}

export interface Digester {
  /** Passes everything on as it is. */
  readonly stream: Transform;
  /** To be called once, after the end. */
  digest(): CopyDigest;
}

export function createDigester(): Digester {
  const hash = createHash("sha256");
  let rows = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1;
      done(null, chunk);
    },
  });
  return { stream, digest: () => ({ rows, sha256: hash.digest("hex") }) };
}
