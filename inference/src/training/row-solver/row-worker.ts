import { parentPort } from "node:worker_threads";
import { messageOf } from "@canarec/service-kit/errors";
import { solveRows } from "../../models/linear-algebra/solve-rows.ts";
import type { SolveAnswer, SolveRequest } from "./messages.ts";
import { WasmRowKernels } from "./wasm-row-kernel.ts";

/** Taken at once: few enough that threads end together, many enough that taking costs nothing. */
const ROWS = 64;

const kernels = new WasmRowKernels();

parentPort?.on("message", (request: SolveRequest) => {
  parentPort?.postMessage(answer(request));
});

function answer({ step, next }: SolveRequest): SolveAnswer {
  try {
    const kernel = kernels.kernelOf(step);
    const { rows } = step.rows;
    for (let first = Atomics.add(next, 0, ROWS); first < rows; first = Atomics.add(next, 0, ROWS)) {
      solveRows(step, kernel, first, Math.min(rows, first + ROWS));
    }
    return { kind: "solved" };
  } catch (thrown) {
    return { kind: "failed", message: messageOf(thrown) };
  }
}
