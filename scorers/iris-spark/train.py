# /// script
# requires-python = ">=3.9,<3.13"
# dependencies = ["numpy==1.26.4", "pyspark==3.5.9", "scikit-learn==1.6.1", "scipy==1.13.1", "setuptools==80.9.0"]
# ///
"""Trains the iris pipeline with Spark and writes it to model/ (wants Java 8, 11 or 17): uv run train.py"""

import os
import sys
from pathlib import Path

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import IndexToString, VectorAssembler
from pyspark.sql import DataFrame, SparkSession
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

MODEL_FOLDER = Path(__file__).parent / "model" / "iris-pipeline"
FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]


def main() -> None:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    train, test, species = load_flowers(spark)

    pipeline = Pipeline(
        stages=[
            VectorAssembler(inputCols=FEATURES, outputCol="features"),
            LogisticRegression(labelCol="label", regParam=0.01),
            IndexToString(inputCol="prediction", outputCol="species", labels=species),
        ]
    )
    model = pipeline.fit(train)
    accuracy = MulticlassClassificationEvaluator(metricName="accuracy").evaluate(model.transform(test))
    print(f"accuracy {accuracy:.3f} on {test.count()} test flowers")

    save(model)
    spark.stop()


def load_flowers(spark: SparkSession) -> tuple[DataFrame, DataFrame, list[str]]:
    """Returns the train and test flowers and the names of the species, in the order of their labels."""
    iris = load_iris()
    rows = [(*map(float, flower), int(label)) for flower, label in zip(iris.data, iris.target)]
    train, test = train_test_split(rows, test_size=0.25, random_state=0, stratify=iris.target)
    columns = [*FEATURES, "label"]
    return spark.createDataFrame(train, columns), spark.createDataFrame(test, columns), iris.target_names.tolist()


def save(model: PipelineModel) -> None:
    model.write().overwrite().save(str(MODEL_FOLDER))
    for checksum in [*MODEL_FOLDER.rglob(".*.crc"), *MODEL_FOLDER.rglob("_SUCCESS")]:
        checksum.unlink()  # Spark reads the pipeline without them
    print(f"wrote {MODEL_FOLDER}")


if __name__ == "__main__":
    main()
