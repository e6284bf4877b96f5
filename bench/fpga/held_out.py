"""Prints the digits that the networks were not trained on as JSON: 64 grey values from 0 to 255 each, and what they show."""

import json

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

values, digits = load_digits(return_X_y=True)
# The very split of scorers/digits/train.py.
_, test_x, _, test_y = train_test_split(values / 16, digits, test_size=0.25, random_state=0, stratify=digits)
print(json.dumps({"pixels": np.rint(test_x * 255).astype(int).tolist(), "digits": test_y.tolist()}))
