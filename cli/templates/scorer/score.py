"""Scoring script of {{name}}: four measurements of an iris flower in, the name of its species out."""

import os
from pathlib import Path

import joblib
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from sklearn.pipeline import Pipeline

# sepal length, sepal width, petal length and petal width in cm
SAMPLE_INPUT = np.array([[5.1, 3.5, 1.4, 0.2]])
SAMPLE_OUTPUT = ["setosa"]

model: Pipeline


def init() -> None:
    """Loads the model; called once in each server process."""
    global model
    model = joblib.load(Path(os.environ["AZUREML_MODEL_DIR"]) / "{{name}}.joblib")


@input_schema("data", NumpyParameterType(SAMPLE_INPUT))
@output_schema(StandardPythonParameterType(SAMPLE_OUTPUT))
def run(data: np.ndarray) -> list[str]:
    """Names one species for each row of four measurements."""
    return model.predict(data).tolist()
