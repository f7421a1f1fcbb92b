"""The end of a program that used Temporal: it waits for the library's threads, which would abort it otherwise.

A thread of temporalio's delivers each result by a call into Python. If the program ends between the delivery and the return
from that call, Python finds the thread fatal ("PyGILState_Release: thread state must be current when releasing")
and the exit code is -6 in place of 0. The library has no function that waits for these threads.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Final

LONGEST_WAIT: Final = 2.0  # seconds


def wait_for_foreign_threads() -> None:
    """Wait until no thread that Python did not start runs Python code; not longer than ``LONGEST_WAIT``."""
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until and sys._current_frames().keys() - {thread.ident for thread in threading.enumerate()}:
        time.sleep(0.001)
