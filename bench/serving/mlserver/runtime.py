"""The bench's two scorers as MLServer would have them: its own codecs in place of inference-schema."""

import json
import os
from pathlib import Path

import joblib
import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Diabetes(MLModel):
    async def load(self) -> bool:
        self._model = joblib.load(Path(os.environ["BENCH_MODEL_DIR"]) / "diabetes-ridge.joblib")
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        return _reply(self, self._model.predict(NumpyCodec.decode_input(payload.inputs[0])))


class Light(MLModel):
    async def load(self) -> bool:
        self._weights = np.array(json.loads((Path(os.environ["BENCH_MODEL_DIR"]) / "light-weights.json").read_text()))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        return _reply(self, NumpyCodec.decode_input(payload.inputs[0]) @ self._weights)


def _reply(model: MLModel, values: np.ndarray) -> InferenceResponse:
    return InferenceResponse(model_name=model.name, outputs=[NumpyCodec.encode_output("predict", values)])
