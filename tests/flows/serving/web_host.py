"""One web process as `serve` starts it, alone: `python -m tests.flows.serving.web_host HOME` says its address."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.home import act_as, load_settings, open_home
from flows.serving.serve import Serving, listen, stop_by_signal

if __name__ == "__main__":
    settings = load_settings(Path(sys.argv[1])).model_copy(update={"port": 0})
    act_as("serve")
    listening = listen(settings)
    pages = Serving(settings)._pages(open_home(settings), listening)
    stop_by_signal(pages)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    pages.run(sockets=[listening])
