# /// script
# requires-python = ">=3.9,<3.13"
# dependencies = [
#   "numpy==2.0.2", "onnx==1.17.0", "onnxruntime==1.19.2", "pillow==11.3.0", "scikit-learn==1.6.1", "scipy==1.13.1",
# ]
# ///
"""Quantises the network of scorers/digits to 8-bit integers, and writes it to model/: uv run train.py"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnxruntime import InferenceSession
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
FLOAT_FILE = HERE.parent / "digits" / "model" / "digits-mlp.onnx"
MODEL_FILE = HERE / "model" / "digits-mlp.onnx"  # the name that the scoring script of digits looks for
MAX_VALUE = 16  # the data's pixels go from 0 to 16


class Images(CalibrationDataReader):
    """The images that the float network was trained on, from which the ranges of its activations are read."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.rows = iter(pixels.astype(np.float32))

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {"pixels": row.reshape(1, -1)}


def main() -> None:
    values, digits = load_digits(return_X_y=True)
    # The very split that the float network was trained by.
    train_x, test_x, _, test_y = train_test_split(
        values / MAX_VALUE, digits, test_size=0.25, random_state=0, stratify=digits
    )
    MODEL_FILE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        quantised = Path(folder) / "quantised.onnx"
        quantize_static(
            FLOAT_FILE,
            quantised,
            Images(train_x),
            quant_format=QuantFormat.QOperator,
            op_types_to_quantize=["MatMul", "Add", "Softmax"],
            # Probabilities stay floats: 1/256 is too coarse a step for them.
            nodes_to_exclude=[node.name for node in onnx.load(FLOAT_FILE).graph.node if node.op_type == "Softmax"],
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # 7 bits of each weight: processors without VNNI add pairs of 8-bit products in 16 bits, which would be cut off.
            reduce_range=True,
        )
        model = onnx.load(quantised)
    MODEL_FILE.write_bytes(model.SerializeToString(deterministic=True))
    print(f"wrote {MODEL_FILE}: {MODEL_FILE.stat().st_size} bytes, the float one has {FLOAT_FILE.stat().st_size}")
    for name, file in {"float": FLOAT_FILE, "int8": MODEL_FILE}.items():
        session = InferenceSession(str(file), providers=["CPUExecutionProvider"])
        labels = session.run(["label"], {"pixels": test_x.astype(np.float32)})[0]
        print(f"{name}: accuracy {np.mean(labels == test_y):.3f} on {len(test_y)} test images")


if __name__ == "__main__":
    main()
