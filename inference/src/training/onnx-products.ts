import onnxProto from "onnx-proto";
import onnx from "onnxruntime-node";
import type { MatrixProducts } from "../models/model.ts";

type Product = Parameters<MatrixProducts["addProduct"]>[0];
type Form = Required<Pick<Product, "sign" | "transposeA" | "transposeB">>;

/** Attribute types and the element type of single precision, by their numbers in the format. */
const { FLOAT, INT } = onnxProto.onnx.AttributeProto.AttributeType;
const SINGLE = onnxProto.onnx.TensorProto.DataType.FLOAT;
/** Gemm has broadcast c and optional transposes since 11, and is the same in 13, which this runtime knows. */
const OPERATORS = 13;

/**
 * Matrix products by ONNX Runtime's Gemm: the vector instructions that the processor has, on its own threads. The calling
 * thread works, too, and answers nothing meanwhile: for training, not for what serves.
 *
 * @param threads at least 1, the calling one included.
 */
export function createOnnxProducts(threads: number): Pick<MatrixProducts, "addProduct"> {
  const sessions = new Map<string, Promise<onnx.InferenceSession>>();
  const sessionOf = (form: Form) => {
    const key = JSON.stringify(form);
    const session = sessions.get(key) ?? openSession(form, threads);
    sessions.set(key, session);
    return session;
  };
  return {
    async addProduct({ a, b, c, m, n, k, sign, transposeA = false, transposeB = false }) {
      if (m === 0 || n === 0 || k === 0) return; // nothing is added, which the runtime refuses
      const session = await sessionOf({ sign, transposeA, transposeB });
      const { sum } = await session.run({
        a: new onnx.Tensor("float32", readable(a), transposeA ? [k, m] : [m, k]),
        b: new onnx.Tensor("float32", readable(b), transposeB ? [n, k] : [k, n]),
        c: new onnx.Tensor("float32", readable(c), [m, n]),
      });
      c.set(sum?.data as Float32Array);
    },
  };
}

/** The runtime's binding cannot read memory that threads share: a copy of that. */
function readable(array: Float32Array): Float32Array {
  return array.buffer instanceof SharedArrayBuffer ? array.slice() : array;
}

async function openSession(form: Form, threads: number): Promise<onnx.InferenceSession> {
  return onnx.InferenceSession.create(gemmModel(form), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
  });
}

/** A model of one operation: sum = sign · op(a) · op(b) + c, of any sizes. */
function gemmModel({ sign, transposeA, transposeB }: Form): Uint8Array {
  const matrix = (name: string) => ({
    name,
    type: {
      tensorType: {
        elemType: SINGLE,
        shape: { dim: [{ dimParam: `${name}_rows` }, { dimParam: `${name}_columns` }] },
      },
    },
  });
  const gemm = {
    opType: "Gemm",
    input: ["a", "b", "c"],
    output: ["sum"],
    attribute: [
      { name: "alpha", type: FLOAT, f: sign },
      { name: "transA", type: INT, i: Number(transposeA) },
      { name: "transB", type: INT, i: Number(transposeB) },
    ],
  };
  const input = gemm.input.map(matrix);
  const graph = { name: "product", node: [gemm], input, output: [matrix("sum")] };
  const opsetImport = [{ domain: "", version: OPERATORS }];
  const model = onnxProto.onnx.ModelProto.create({ irVersion: 7, opsetImport, graph });
  return onnxProto.onnx.ModelProto.encode(model).finish();
}
