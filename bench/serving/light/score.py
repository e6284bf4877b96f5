"""A scorer that costs next to nothing, so that what is measured is the server."""

import json
import os
from pathlib import Path

import numpy as np


def init() -> None:
    global weights
    weights = np.array(json.loads((Path(os.environ["AZUREML_MODEL_DIR"]) / "light-weights.json").read_text()))


def run(data: str) -> list[float]:
    return (np.array(json.loads(data)["data"], dtype=float) @ weights).tolist()
