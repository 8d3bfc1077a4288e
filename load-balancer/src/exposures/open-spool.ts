import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  stat,
  unlink,
} from "node:fs/promises";
import { basename, join } from "node:path";

export interface SpoolOptions {
  /** Most bytes of all segments together. */
  readonly maxBytes: number;
  /** A segment is closed once it has so many bytes; it is read back whole. */
  readonly segmentBytes: number;
}

/** A closed segment, read back. */
export interface Segment {
  readonly lines: readonly string[];
  /** Lines that a crash or a full disk had cut off; they are lost. */
  readonly torn: number;
  /** Delete it: its lines have been delivered. */
  remove(): Promise<void>;
}

export type Appended =
  { readonly ok: true } | { readonly ok: false; readonly reason: SpoolRefusal };
/** `full`: at its bound. `failed`: the disk refused, being full itself, read-only or broken. */
export type SpoolRefusal = "full" | "failed";

/**
 * A first-in-first-out queue of text lines on disk: numbered files of newline-ended lines, written
 * at one end and read at the other. What is appended survives a crash of the process, and what was
 * torn by one is recognised. Lines may come out twice if a crash falls between delivery and removal.
 */
export interface Spool extends AsyncDisposable {
  readonly bytes: () => number;
  /** Append all lines, each without a newline in it. Part of them may be on disk if it failed. */
  append(lines: readonly string[]): Promise<Appended>;
  /** The oldest segment, closed for this if need be; undefined when the spool is empty. */
  oldest(): Promise<Segment | undefined>;
  /** Make a segment of another spool, whose process has ended, the newest of this one. Whoever is first has it. */
  adopt(path: string): Promise<void>;
}

const SEGMENT = /^\d{12}\.ndjson$/;

interface File {
  readonly path: string;
  bytes: number;
}

/** Open the spool in a folder, made if need be, with whatever an earlier process left there. */
export async function openSpool(folder: string, options: SpoolOptions): Promise<Spool> {
  const files = await existing(folder);
  let next = files.length === 0 ? 1 : numberOf(files[files.length - 1]?.path ?? "") + 1;
  let current: { readonly file: File; readonly handle: FileHandle } | undefined;

  const close = async () => {
    const closing = current;
    current = undefined;
    await closing?.handle.close();
  };
  const begin = async () => {
    await mkdir(folder, { recursive: true });
    const file = { path: join(folder, nameOf(next)), bytes: 0 };
    next += 1;
    current = { file, handle: await open(file.path, "wx", 0o600) };
    files.push(file);
    return current;
  };
  const bytes = () => files.reduce((sum, file) => sum + file.bytes, 0);

  return {
    bytes,
    async append(lines) {
      const text = lines.map((line) => `${line}\n`).join("");
      const size = Buffer.byteLength(text);
      if (bytes() + size > options.maxBytes) return { ok: false, reason: "full" };
      try {
        if (current && current.file.bytes >= options.segmentBytes) await close();
        const { file, handle } = current ?? (await begin());
        file.bytes += size;
        await handle.appendFile(text);
        return { ok: true };
      } catch {
        // What was written of it may end in a torn line: nothing may follow in this file.
        const broken = current?.file;
        await close().catch(() => undefined);
        if (broken) broken.bytes = await sizeOf(broken.path);
        return { ok: false, reason: "failed" };
      }
    },
    async oldest() {
      const [file] = files;
      if (file !== undefined && file === current?.file) await close();
      return file && readSegment(file, files);
    },
    async adopt(path) {
      const file = { path: join(folder, nameOf(next)), bytes: 0 };
      next += 1;
      if (await move(path, file)) files.push(file);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** @param files of which it is the first. */
async function readSegment(file: File, files: File[]): Promise<Segment> {
  const remove = async () => {
    await unlink(file.path);
    files.shift();
  };
  return { ...readLines(await readFile(file.path, "utf8")), remove };
}

/** @returns false where it is no segment, or another process was first. */
async function move(path: string, to: File): Promise<boolean> {
  if (!SEGMENT.test(basename(path))) return false;
  try {
    await rename(path, to.path);
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "ENOENT") return false;
    throw failure;
  }
  to.bytes = await sizeOf(to.path);
  return true;
}

/** Whole lines of JSON, and the number of others. */
function readLines(text: string): { readonly lines: string[]; readonly torn: number } {
  const all = text.split("\n");
  const rest = all.pop();
  const lines = all.filter(isJson);
  return { lines, torn: all.length - lines.length + (rest === "" ? 0 : 1) };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

async function existing(folder: string): Promise<File[]> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => SEGMENT.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { path, bytes: await sizeOf(path) };
    }),
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(12, "0")}.ndjson`;
}

function numberOf(path: string): number {
  return Number(/(\d{12})\.ndjson$/.exec(path)?.[1] ?? 0);
}
