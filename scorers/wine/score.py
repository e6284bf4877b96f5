"""Scoring script: a table of wine analyses in; cultivar, its probability and estimated alcohol out, from two models."""

import os
from pathlib import Path

import joblib
import pandas as pd
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from sklearn.pipeline import Pipeline

SAMPLE_INPUT = pd.DataFrame(
    {
        "malic_acid": [1.71],
        "ash": [2.43],
        "alcalinity_of_ash": [15.6],
        "magnesium": [127.0],
        "total_phenols": [2.8],
        "flavanoids": [3.06],
        "nonflavanoid_phenols": [0.28],
        "proanthocyanins": [2.29],
        "color_intensity": [5.64],
        "hue": [1.04],
        "od280/od315_of_diluted_wines": [3.92],
        "proline": [1065.0],
    }
)
SAMPLE_OUTPUT = pd.DataFrame({"cultivar": ["class_0"], "probability": [0.99], "alcohol": [13.9]})

cultivar_model: Pipeline
alcohol_model: Pipeline


def find_model(name: str) -> Path:
    """Returns the file of one of the image's models: <AZUREML_MODEL_DIR>/<name>/<version>/<name>.joblib.

    An image holds one version of a model, whose number changes with every registration, so the script doesn't name it.
    """
    root = Path(os.environ["AZUREML_MODEL_DIR"])
    found = list(root.glob(f"{name}/*/{name}.joblib"))
    if len(found) != 1:
        raise FileNotFoundError(f"expected one {name}/<version>/{name}.joblib in {root}, found {len(found)}")
    return found[0]


def init() -> None:
    """Loads both models; called once in each server process."""
    global cultivar_model, alcohol_model
    cultivar_model = joblib.load(find_model("wine-cultivar"))
    alcohol_model = joblib.load(find_model("wine-alcohol"))


@input_schema("data", PandasParameterType(SAMPLE_INPUT))
@output_schema(PandasParameterType(SAMPLE_OUTPUT))
def run(data: pd.DataFrame) -> list[dict]:
    """Answers one record for each wine."""
    table = data[SAMPLE_INPUT.columns]  # records may name their columns in any order, models want the trained one
    probabilities = cultivar_model.predict_proba(table)
    answer = pd.DataFrame(
        {
            "cultivar": cultivar_model.classes_[probabilities.argmax(axis=1)],
            "probability": probabilities.max(axis=1),
            "alcohol": alcohol_model.predict(table),
        }
    )
    return answer.to_dict(orient="records")
