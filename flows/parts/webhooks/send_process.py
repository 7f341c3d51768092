"""The process of `fairhand serve` that sends webhooks: no receiver, however slow, holds up pages or publishing."""

from __future__ import annotations

import os
import signal
import threading

from flows.home import act_as, keep_private, load_settings, now, open_home
from flows.parts.webhooks.sender import Sender, sender_lock
from flows.runtime import ended_in_words, set_up_log

NICENESS = 10
"""The niceness of the process: pages come first. Chosen by hand."""

OTHER_SECONDS = 5.0
"""Seconds between two tries to become the sender while another one is. Chosen by hand."""


def run() -> None:
    """Send until SIGTERM. While `fairhand webhooks send` or another machine does it, wait."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    settings = load_settings()
    set_up_log(settings)
    home = open_home(settings)
    while not stopping.is_set():
        held = sender_lock(home)
        if held is None:
            stopping.wait(OTHER_SECONDS)
            continue
        with held:
            Sender(home=home, now=now).run(stopping, held)


if __name__ == "__main__":
    os.nice(NICENESS)
    keep_private()
    act_as("serve")
    with ended_in_words():
        run()
