"""Scoring script: ten baseline measurements of a patient in, the disease's expected progression out."""

import os
from pathlib import Path

import joblib
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from sklearn.pipeline import Pipeline

# age, sex, body mass index, blood pressure, six blood serum values: scikit-learn's diabetes data, unscaled
SAMPLE_INPUT = np.array([[59.0, 2.0, 32.1, 101.0, 157.0, 93.2, 38.0, 4.0, 4.8598, 87.0]])
SAMPLE_OUTPUT = np.array([205.5])

model: Pipeline


def init() -> None:
    """Loads the model; called once in each server process."""
    global model
    model = joblib.load(Path(os.environ["AZUREML_MODEL_DIR"]) / "diabetes-ridge.joblib")


@input_schema("data", NumpyParameterType(SAMPLE_INPUT))
@output_schema(NumpyParameterType(SAMPLE_OUTPUT))
def run(data: np.ndarray) -> list[float]:
    """Predicts one progression (25 to 346 in the data) for each row of ten measurements."""
    return model.predict(data).tolist()
