"""Scoring script: the bytes of an image of a handwritten digit in, the digit and ten probabilities out.

In images made with the Azure ML SDK of 2019 the two imports from azureml_inference_server_http are
azureml.contrib.services.aml_request and azureml.contrib.services.aml_response.
"""

import os
from io import BytesIO
from pathlib import Path

import numpy as np
from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse
from onnxruntime import InferenceSession, SessionOptions
from PIL import Image, UnidentifiedImageError

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
MAX_PIXELS = 16_000_000
SIDE = 8  # the model was trained on images of 8 x 8 pixels

USAGE = f"""POST the bytes of an image ({", ".join(FORMATS)}) of one handwritten digit, light on dark, to this address:

    curl --data-binary @digit.png "$SCORING_URI"

The reply is JSON: {{"label": 7, "probabilities": [ten numbers, for the digits 0 to 9]}}
"""

session: InferenceSession


def init() -> None:
    """Loads the model; called once in each server process."""
    global session
    options = SessionOptions()
    options.intra_op_num_threads = 1
    model_file = Path(os.environ["AZUREML_MODEL_DIR"]) / "digits-mlp.onnx"
    session = InferenceSession(str(model_file), options, providers=["CPUExecutionProvider"])


@rawhttp
def run(request: AMLRequest) -> AMLResponse:
    """Answers GET with the usage text and POST with the digit in the image that the body holds."""
    if request.method == "POST":
        return score(request.get_data())
    if request.method in ("GET", "HEAD"):
        return AMLResponse(USAGE, 200, {"Content-Type": "text/plain; charset=utf-8"})
    if request.method == "OPTIONS":  # a browser's CORS preflight; the server adds the CORS headers
        return AMLResponse("", 200)
    return refuse(405, f"method {request.method} is not allowed; use GET or POST")


def score(body: bytes) -> AMLResponse:
    """Classifies an encoded image, or says with 400, 413 or 415 why it can't be read."""
    if not body:
        return refuse(400, "the body is empty; send the bytes of an image")
    try:
        pixels = read_pixels(body)
    except UnidentifiedImageError:
        return refuse(415, f"the body is not an image; send one of {', '.join(FORMATS)}")
    except Image.DecompressionBombError:
        return refuse(413, f"the image is too large; send one of at most {MAX_PIXELS} pixels")
    except (EOFError, OSError, SyntaxError, ValueError) as error:
        return refuse(400, f"the image is damaged: {error}")

    labels, probabilities = session.run(["label", "probabilities"], {"pixels": pixels})
    return AMLResponse({"label": int(labels[0]), "probabilities": probabilities[0].tolist()}, 200, json_str=True)


def read_pixels(body: bytes) -> np.ndarray:
    """Decodes an image to one row of 8 x 8 grey values from 0 (dark) to 1 (light)."""
    with Image.open(BytesIO(body), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.float32).reshape(1, SIDE * SIDE) / 255


def refuse(status: int, message: str) -> AMLResponse:
    """An error in the form that the server itself uses."""
    return AMLResponse({"message": message}, status, json_str=True)
