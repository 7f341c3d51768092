"""Threads inside OpenCV."""

from __future__ import annotations

from functools import cache

import cv2


@cache
def use_one_thread() -> None:
    """Keep OpenCV to one thread in this process: pages are read side by side, one a core."""
    cv2.setNumThreads(1)
