/**
 * The few instructions of WebAssembly that the kernel needs, as functions from operands to bytes.
 * Numbers: WebAssembly Core Specification 2.0, 5.4.
 */
export type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;
const VECTOR = 0xfd;

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** @param value in [0, 2³¹): written as signed LEB128. */
export function constant(value: number): Code {
  const bytes = [...unsigned(value)];
  if (((bytes.at(-1) ?? 0) & 0x40) !== 0) bytes.push((bytes.pop() ?? 0) | 0x80, 0);
  return [0x41, ...bytes];
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
/** Add to a local variable. */
export const advance = (local: number, by: Code): Code => set(local, add(get(local), by));

/** Four bytes. */
export const loadInteger = (address: Code, offset = 0): Code => [
  ...address,
  0x28,
  2,
  ...unsigned(offset),
];
/** Four numbers of single precision. */
export const load4 = (address: Code, offset = 0): Code => [
  ...address,
  VECTOR,
  0,
  2,
  ...unsigned(offset),
];
/** One number, four times. */
export const loadSplat = (address: Code, offset = 0): Code => [
  ...address,
  VECTOR,
  9,
  2,
  ...unsigned(offset),
];
export const store4 = (address: Code, value: Code): Code => [
  ...address,
  ...value,
  VECTOR,
  11,
  2,
  0,
];
export const add4 = (a: Code, b: Code): Code => [...a, ...b, VECTOR, 0xe4, 1];
export const multiply4 = (a: Code, b: Code): Code => [...a, ...b, VECTOR, 0xe6, 1];
export const zero4: Code = [VECTOR, 12, ...new Array<number>(16).fill(0)];

/** Four of the eight numbers of a and b, by their places: 0 … 3 are of a, 4 … 7 of b. */
export function pick4(a: Code, b: Code, places: readonly [number, number, number, number]): Code {
  const lanes = places.flatMap((place) => [0, 1, 2, 3].map((byte) => 4 * place + byte));
  return [...a, ...b, VECTOR, 13, ...lanes];
}

/** Repeat while a local variable is below another, unsigned; at least once. */
export function repeatWhileBelow(local: number, limit: number, body: Code): Code {
  return [0x03, 0x40, ...body, ...get(local), ...get(limit), 0x49, 0x0d, 0, 0x0b];
}

/** A function of integers that answers nothing. Its local variables are numbered behind its parameters. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** Local variables that are integers; behind them those of four numbers. */
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

/** A module of functions over the memory that it imports as `js.memory`. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map(({ parameters }) => [0x60, ...list(parameters, I32), 0]),
    ),
    ...section(2, [[...text("js"), ...text("memory"), 0x02, 0x00, 0]]),
    ...section(
      3,
      functions.map((_, at) => unsigned(at)),
    ),
    ...section(
      7,
      functions.map(({ name }, at) => [...text(name), 0x00, ...unsigned(at)]),
    ),
    ...section(10, functions.map(codeOf)),
  ]);
}

function codeOf({ integers, vectors, body }: WasmFunction): Code {
  const code = [2, ...unsigned(integers), I32, ...unsigned(vectors), V128, ...body, 0x0b];
  return [...unsigned(code.length), ...code];
}

function section(id: number, items: readonly Code[]): Code {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function list(count: number, item: number): Code {
  return [...unsigned(count), ...new Array<number>(count).fill(item)];
}

/** @param name of ASCII. */
function text(name: string): Code {
  return [...unsigned(name.length), ...Buffer.from(name, "ascii")];
}
