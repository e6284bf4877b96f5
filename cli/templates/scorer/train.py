# /// script
# requires-python = ">=3.9,<3.13"
# dependencies = ["joblib==1.4.2", "numpy==2.0.2", "scikit-learn==1.6.1", "scipy==1.13.1"]
# ///
"""Trains the model of {{name}} and writes it to model/: uv run train.py"""

from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODEL_FILE = Path(__file__).parent / "model" / "{{name}}.joblib"


def main() -> None:
    iris = load_iris()
    species = iris.target_names[iris.target]
    train_x, test_x, train_y, test_y = train_test_split(
        iris.data, species, test_size=0.25, random_state=0, stratify=species
    )

    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(train_x, train_y)
    print(f"accuracy {model.score(test_x, test_y):.3f} on {len(test_x)} test flowers")

    MODEL_FILE.parent.mkdir(exist_ok=True)
    joblib.dump(model, MODEL_FILE)
    print(f"wrote {MODEL_FILE}")


if __name__ == "__main__":
    main()
