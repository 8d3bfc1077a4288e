import type { Readable } from "node:stream";
import { ServiceError } from "@canarec/service-kit/errors";

/** Begins every binary COPY: PGCOPY\n\377\r\n\0 (PostgreSQL's documentation of COPY, "Binary Format"). */
const SIGNATURE = Buffer.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]);

/** Signature, 4 bytes of flags, 4 bytes of the extension's length, which is 0. */
const HEADER_BYTES = SIGNATURE.length + 8;

/** What is written instead of a number of fields after the last row. */
const TRAILER = -1;

/** The fields of one row, by place; undefined where null. Valid until the next row. */
export interface CopyFields {
  int32(place: number): number | undefined;
  /** Exact up to 2^53. */
  int64(place: number): number | undefined;
  float32(place: number): number | undefined;
}

/**
 * Read binary COPY piece by piece, at most one piece and a part of a row in memory.
 *
 * @throws ServiceError "data_loss" when it breaks off in the middle.
 */
export async function readCopyRows(
  stream: Readable,
  take: (fields: CopyFields) => void,
): Promise<void> {
  const row = new CopyRow();
  let rest: Buffer = Buffer.alloc(0);
  let isBegun = false;
  let isEnded = false;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    let bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    if (!isBegun) {
      if (bytes.length < HEADER_BYTES) {
        rest = bytes;
        continue;
      }
      if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw broken("has no signature");
      bytes = bytes.subarray(HEADER_BYTES);
      isBegun = true;
    }
    let at = 0;
    for (let next = row.load(bytes, at); next >= 0; next = row.load(bytes, at)) {
      if (row.isTrailer) {
        isEnded = true;
        break;
      }
      at = next;
      take(row);
    }
    rest = bytes.subarray(at);
  }
  if (!isEnded) throw broken("breaks off");
}

/** Where the fields of one row lie; reused from row to row, for a table has millions. */
class CopyRow implements CopyFields {
  #bytes: Buffer = Buffer.alloc(0);
  /** −1 for a null. */
  readonly #starts: number[] = [];
  isTrailer = false;

  /** @returns where the next row begins; −1 if this one is not there as a whole. */
  load(bytes: Buffer, from: number): number {
    if (from + 2 > bytes.length) return -1;
    const fields = bytes.readInt16BE(from);
    this.isTrailer = fields === TRAILER;
    let at = from + 2;
    this.#bytes = bytes;
    for (let place = 0; place < fields; place += 1) {
      if (at + 4 > bytes.length) return -1;
      const length = bytes.readInt32BE(at);
      at += 4;
      this.#starts[place] = length < 0 ? -1 : at;
      at += Math.max(0, length);
      if (at > bytes.length) return -1;
    }
    return at;
  }

  int32(place: number): number | undefined {
    const at = this.#starts[place] ?? -1;
    return at < 0 ? undefined : this.#bytes.readInt32BE(at);
  }

  int64(place: number): number | undefined {
    const at = this.#starts[place] ?? -1;
    if (at < 0) return undefined;
    return this.#bytes.readInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
  }

  float32(place: number): number | undefined {
    const at = this.#starts[place] ?? -1;
    return at < 0 ? undefined : this.#bytes.readFloatBE(at);
  }
}

function broken(how: string): ServiceError {
  return new ServiceError("data_loss", `what the database sends ${how}`);
}
