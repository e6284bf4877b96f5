"""Times a network by itself, one image at a time on one thread: python network_alone.py MODEL; prints JSON with milliseconds."""

import json
import sys
import time

import numpy as np
from onnxruntime import InferenceSession, SessionOptions

options = SessionOptions()
options.intra_op_num_threads = 1
session = InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
pixels = np.random.default_rng(0).random((1, 64), dtype=np.float32)
times = []
for turn in range(6000):
    started = time.perf_counter()
    session.run(["label", "probabilities"], {"pixels": pixels})
    if turn >= 1000:
        times.append((time.perf_counter() - started) * 1000)
print(json.dumps({"p50": float(np.quantile(times, 0.5)), "p95": float(np.quantile(times, 0.95))}))
