"""Runs a scorer over files: mini-batches, worker processes, retries, checkpoints. `python runtime/batch --help` tells more."""
