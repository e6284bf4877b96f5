"""Processes that end with the one that started them."""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(number):
    """Linux sends the signal when the parent ends, however it does."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)
