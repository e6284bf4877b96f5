"""Worker processes, and what they are given."""

import os
import queue
import threading

from .slot import STOP_SECONDS, Slot

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Pool:
    """`results`: what becomes of mini-batches, as pairs of a kind and a value, for the main thread."""

    def __init__(self, options, setup, count, cores):
        self.retries, self.timeout, self.setup = options.retries, options.timeout_seconds, setup
        self.results, self.jobs, self.renewal_helps = queue.Queue(), queue.Queue(maxsize=count), True
        threads = str(max(1, cores // count))
        self.environment = {**dict.fromkeys(THREAD_SETTINGS, threads), **os.environ}
        self.released = threading.Event()  # what the first worker finds wrong is told before anything is scored
        self.is_stopping = False
        self.was_ready = False
        self.slots = [Slot(self) for _ in range(count)]

    def start(self):
        for slot in self.slots:
            slot.start()

    def give(self, source_of_jobs):
        """In a thread: all mini-batches, then an end for each worker."""

        def fill():
            try:
                for job in source_of_jobs:
                    self.jobs.put(job)
                self.results.put(("read", None))
            except Exception as problem:
                self.results.put(("unreadable", problem))
            for _ in self.slots:
                self.jobs.put(None)

        threading.Thread(target=fill, daemon=True).start()

    def next_job(self):
        """None at the end."""
        while not self.is_stopping:
            try:
                return self.jobs.get(timeout=STOP_SECONDS / 10)
            except queue.Empty:
                pass
        return None

    def end_overdue(self):
        for slot in self.slots:
            slot.end_overdue()

    def stop(self):
        """Returns when no worker is left."""
        self.is_stopping = True
        self.released.set()
        for slot in self.slots:
            slot.end()
        for slot in self.slots:
            slot.join(STOP_SECONDS)
