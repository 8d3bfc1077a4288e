import {
  type Code,
  type WasmFunction,
  add,
  add4,
  advance,
  constant,
  get,
  load4,
  loadInteger,
  loadSplat,
  multiply4,
  pick4,
  repeatWhileBelow,
  set,
  store4,
  wasmModule,
  zero4,
} from "./wasm-code.ts";

/** Rows that are worked on side by side: each number of the vector is then loaded once for all of them. */
export const ROWS_AT_ONCE = 4;

/**
 * Products of rows that are scattered over memory with one vector. All parameters are addresses in bytes but `width`, the
 * bytes of a row, a multiple of 16; lists of rows are multiples of ROWS_AT_ONCE, and are not empty.
 */
export interface RowProducts {
  /** into[i] = weights[i] · (row i · vector), rows listed from `rows` up to `rowsEnd` by their addresses. */
  dots(
    rows: number,
    rowsEnd: number,
    weights: number,
    vector: number,
    into: number,
    width: number,
  ): void;
  /** vector += Σ weights[i] · row i. */
  sum(rows: number, rowsEnd: number, weights: number, vector: number, width: number): void;
}

/** @param memory that rows, lists and vectors are in. */
export function createRowProducts(memory: WebAssembly.Memory): RowProducts {
  const module = new WebAssembly.Module(wasmModule([DOTS, SUM]));
  const { exports } = new WebAssembly.Instance(module, { js: { memory } });
  return exports as RowProducts;
}

const lanes = [0, 1, 2, 3] as const;
/** Of four bytes each. */
const LIST_STEP = constant(4 * ROWS_AT_ONCE);

/** Load the addresses of four rows into local variables. */
function addresses(list: number, first: number): Code {
  return lanes.flatMap((lane) => set(first + lane, loadInteger(get(list), 4 * lane)));
}

/** Four numbers further in four rows and in a vector. */
function nextFour(first: number, vector: number): Code {
  return [first, first + 1, first + 2, first + 3, vector].flatMap((local) =>
    advance(local, constant(16)),
  );
}

function dotsBody(): Code {
  const [rows, rowsEnd, weights, vector, into, width] = [0, 1, 2, 3, 4, 5];
  const [row, at, end] = [6, 10, 11];
  const [sum, four] = [12, 16];
  const sums = lanes.map((lane) => sum + lane) as [number, number, number, number];
  const [a, b, c, d] = sums.map(get) as [Code, Code, Code, Code];
  const inner = [
    ...set(four, load4(get(at))),
    ...lanes.flatMap((lane) =>
      set(sum + lane, add4(get(sum + lane), multiply4(get(four), load4(get(row + lane))))),
    ),
    ...nextFour(row, at),
  ];
  // (a0 + a2, b0 + b2, a1 + a3, b1 + b3) and the same of c and d, then halves together.
  const halves = (x: Code, y: Code) => add4(pick4(x, y, [0, 4, 1, 5]), pick4(x, y, [2, 6, 3, 7]));
  const [ab, cd] = [halves(a, b), halves(c, d)];
  const totals = [
    ...set(sum, ab),
    ...set(sum + 1, cd),
    ...set(four, add4(pick4(a, b, [0, 1, 4, 5]), pick4(a, b, [2, 3, 6, 7]))),
  ];
  return repeatWhileBelow(rows, rowsEnd, [
    ...addresses(rows, row),
    ...sums.flatMap((local) => set(local, zero4)),
    ...set(at, get(vector)),
    ...set(end, add(get(vector), get(width))),
    ...repeatWhileBelow(at, end, inner),
    ...totals,
    ...store4(get(into), multiply4(get(four), load4(get(weights)))),
    ...[rows, weights, into].flatMap((local) => advance(local, LIST_STEP)),
  ]);
}

function sumBody(): Code {
  const [rows, rowsEnd, weights, vector, width] = [0, 1, 2, 3, 4];
  const [row, at, end] = [5, 9, 10];
  const weight = 11;
  const scaled = lanes.map((lane) => multiply4(get(weight + lane), load4(get(row + lane))));
  return repeatWhileBelow(rows, rowsEnd, [
    ...addresses(rows, row),
    ...lanes.flatMap((lane) => set(weight + lane, loadSplat(get(weights), 4 * lane))),
    ...set(at, get(vector)),
    ...set(end, add(get(vector), get(width))),
    ...repeatWhileBelow(at, end, [
      ...store4(get(at), scaled.reduce(add4, load4(get(at)))),
      ...nextFour(row, at),
    ]),
    ...[rows, weights].flatMap((local) => advance(local, LIST_STEP)),
  ]);
}

const DOTS: WasmFunction = {
  name: "dots",
  parameters: 6,
  integers: 6,
  vectors: 5,
  body: dotsBody(),
};
const SUM: WasmFunction = { name: "sum", parameters: 5, integers: 6, vectors: 4, body: sumBody() };
