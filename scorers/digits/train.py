# /// script
# requires-python = ">=3.9,<3.13"
# dependencies = [
#   "numpy==2.0.2", "onnx==1.17.0", "pillow==11.3.0", "scikit-learn==1.6.1", "scipy==1.13.1", "skl2onnx==1.18.0",
# ]
# ///
"""Trains the digits model, writes it to model/ and a test image to requests/: uv run train.py"""

from pathlib import Path

import numpy as np
from PIL import Image
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

HERE = Path(__file__).parent
MODEL_FILE = HERE / "model" / "digits-mlp.onnx"
IMAGE_FILE = HERE / "requests" / "seven.png"
MAX_VALUE = 16  # the data's pixels go from 0 to 16
IMAGE_SIDE = 64


def main() -> None:
    values, digits = load_digits(return_X_y=True)
    pixels = values / MAX_VALUE
    train_x, test_x, train_y, test_y = train_test_split(pixels, digits, test_size=0.25, random_state=0, stratify=digits)

    model = MLPClassifier((64,), alpha=0.3, learning_rate_init=0.005, max_iter=300, random_state=0)
    model.fit(train_x, train_y)
    print(f"accuracy {model.score(test_x, test_y):.3f} on {len(test_y)} test images")

    write_model(model)
    write_image(test_x[np.flatnonzero(test_y == 7)[2]])


def write_model(model: MLPClassifier) -> None:
    """Converts the model to ONNX: input `pixels`, outputs `label` and `probabilities`, any number of rows."""
    converted = to_onnx(
        model,
        initial_types=[("pixels", FloatTensorType([None, model.n_features_in_]))],
        options={"zipmap": False},
        target_opset=17,
    )
    MODEL_FILE.parent.mkdir(exist_ok=True)
    MODEL_FILE.write_bytes(converted.SerializeToString(deterministic=True))
    print(f"wrote {MODEL_FILE}")


def write_image(pixels: np.ndarray) -> None:
    """Saves 8 x 8 pixels from 0 to 1 as a grey PNG, enlarged so that a person can see the digit."""
    grey = np.rint(pixels.reshape(8, 8) * 255).astype(np.uint8)
    Image.fromarray(grey).resize((IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.NEAREST).save(IMAGE_FILE, optimize=True)
    print(f"wrote {IMAGE_FILE}")


if __name__ == "__main__":
    main()
