# /// script
# requires-python = ">=3.9,<3.13"
# dependencies = ["joblib==1.4.2", "numpy==2.0.2", "scikit-learn==1.6.1", "scipy==1.13.1"]
# ///
"""Trains the diabetes model and writes it to model/: uv run train.py"""

from pathlib import Path

import joblib
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODEL_FILE = Path(__file__).parent / "model" / "diabetes-ridge.joblib"


def main() -> None:
    measurements, progression = load_diabetes(return_X_y=True, scaled=False)
    train_x, test_x, train_y, test_y = train_test_split(measurements, progression, test_size=0.2, random_state=0)

    model = make_pipeline(StandardScaler(), Ridge(alpha=25.0))
    model.fit(train_x, train_y)

    predicted = model.predict(test_x)
    print(f"R2 {r2_score(test_y, predicted):.3f}, mean absolute error {mean_absolute_error(test_y, predicted):.1f}")

    MODEL_FILE.parent.mkdir(exist_ok=True)
    joblib.dump(model, MODEL_FILE)
    print(f"wrote {MODEL_FILE}")


if __name__ == "__main__":
    main()
