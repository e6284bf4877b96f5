"""Scoring script: measurements of iris flowers in, species and probabilities out, from a Spark ML pipeline."""

import os
import sys
from pathlib import Path

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType, StructField, StructType

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
SCHEMA = StructType([StructField(feature, DoubleType(), nullable=False) for feature in FEATURES])

# SparkParameterType would do for floats, but it refuses a JSON integer such as 5 where the column is a double.
SAMPLE_INPUT = [{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}]
SAMPLE_OUTPUT = [{"species": "setosa", "probabilities": [0.97, 0.03, 0.0]}]

spark: SparkSession
model: PipelineModel


def init() -> None:
    """Starts Spark inside this process's own JVM and loads the pipeline; called once in each server process."""
    global spark, model
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else Spark starts its helpers with the python3 on PATH
    spark = (
        SparkSession.builder.master("local[1]")
        .appName("iris-spark")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "512m")
        # for a few rows at a time: half the processor time of the JVM's own choice, at the start and for each request
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    model = PipelineModel.load(str(Path(os.environ["AZUREML_MODEL_DIR"]) / "iris-pipeline"))


@input_schema("data", StandardPythonParameterType(SAMPLE_INPUT))
@output_schema(StandardPythonParameterType(SAMPLE_OUTPUT))
def run(data: list[dict]) -> list[dict]:
    """Answers one record for each flower; lengths and widths are in cm, probabilities in the order of the species."""
    flowers = [tuple(float(flower[feature]) for feature in FEATURES) for flower in data]
    scored = model.transform(spark.createDataFrame(flowers, SCHEMA)).select("species", "probability").collect()
    return [{"species": row.species, "probabilities": row.probability.toArray().tolist()} for row in scored]
