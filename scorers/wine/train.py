# /// script
# requires-python = ">=3.9,<3.13"
# dependencies = ["joblib==1.4.2", "numpy==2.0.2", "pandas==2.2.3", "scikit-learn==1.6.1", "scipy==1.13.1"]
# ///
"""Trains the two wine models and writes them to model/: uv run train.py"""

from pathlib import Path

import joblib
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

MODEL_FOLDER = Path(__file__).parent / "model"


def main() -> None:
    wine = load_wine(as_frame=True)
    analyses = wine.data.drop(columns="alcohol")
    cultivars = wine.target_names[wine.target]
    train_x, test_x, train_cultivar, test_cultivar, train_alcohol, test_alcohol = train_test_split(
        analyses, cultivars, wine.data["alcohol"], test_size=0.25, random_state=0, stratify=cultivars
    )

    cultivar_model = make_pipeline(StandardScaler(), LogisticRegression())
    cultivar_model.fit(train_x, train_cultivar)
    accuracy = accuracy_score(test_cultivar, cultivar_model.predict(test_x))
    print(f"cultivar: accuracy {accuracy:.3f} on {len(test_x)} test wines")

    alcohol_model = make_pipeline(StandardScaler(), SVR())
    alcohol_model.fit(train_x, train_alcohol)
    predicted = alcohol_model.predict(test_x)
    error = mean_absolute_error(test_alcohol, predicted)
    print(f"alcohol: R2 {r2_score(test_alcohol, predicted):.3f}, mean absolute error {error:.2f} percent by volume")

    save(cultivar_model, "wine-cultivar")
    save(alcohol_model, "wine-alcohol")


def save(model: Pipeline, name: str) -> None:
    file = MODEL_FOLDER / f"{name}.joblib"
    MODEL_FOLDER.mkdir(exist_ok=True)
    joblib.dump(model, file)
    print(f"wrote {file}")


if __name__ == "__main__":
    main()
