"""Stands for Python where a forked command starts a program: the server of commands forks that program too.

It is run by each `sys.executable -m MODULE` or `-c TEXT` of a forked command, with nothing imported that takes time. It
hands its words, its environment and its open files over, and ends as the forked program does. What is signalled to it
is signalled to the program, and where it is killed the program is. All other words are for Python itself.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what `signal` is made of: that takes time to import
import _socket
import marshal
import os
import sys

OFTEN_SENT = (_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2)
"""Signals that are handed on."""

ANSWER_BYTES = 64
"""Bytes that an answer has at most: the id of a process, or how it ended."""

ANEW = b"anew"
"""The answer where the program has to be started anew."""


def main(address: str, python: str) -> None:
    """Have the server at this address run the words of this process, else become Python."""
    words = sys.argv[1:]
    server = _asked(address, words) if len(words) > 1 and words[0] in ("-m", "-c") else None
    answer = server.recv(ANSWER_BYTES) if server is not None else ANEW
    if server is None or not answer or answer == ANEW:
        os.execv(python, [python, *words])  # noqa: S606 - it is another process already
    _end_as(int(answer), server)


def _asked(address: str, words: list[str]) -> _socket.socket | None:
    """A connection on which the server was asked; None where it cannot be."""
    os.umask(umask := os.umask(0o077))
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    try:
        files = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208 - pathlib takes time to import
        files = [each for each in files if each != server.fileno() and _is_open(each)]
        request = {
            "words": words,
            "environment": dict(os.environ),
            "folder": os.getcwd(),  # noqa: PTH109
            "umask": umask,
            "leads": os.getpgrp() == os.getpid(),
            "files": files,
        }
        sent = b"".join(each.to_bytes(4, sys.byteorder) for each in files)
        server.connect(address)
        server.sendmsg([marshal.dumps(request)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, sent)])
    except OSError:
        return None
    return server


def _is_open(file: int) -> bool:
    """Whether it is open now and stays so in a program that is run: the listing of the folder itself does not."""
    try:
        return os.get_inheritable(file)
    except OSError:
        return False


def _end_as(program: int, server: _socket.socket) -> None:
    """Wait for the program and end as it did."""
    leads = os.getpgrp() == os.getpid()

    def hand_on(sign: int, _: object) -> None:
        try:  # noqa: SIM105 - contextlib takes time to import
            (os.killpg if leads else os.kill)(program, sign)
        except ProcessLookupError:
            pass

    for sign in OFTEN_SENT:
        if _signal.getsignal(sign) != _signal.SIG_IGN:
            _signal.signal(sign, hand_on)
    for file in range(3):
        os.close(file)
    os.closerange(3, server.fileno())
    os.closerange(server.fileno() + 1, 1024)
    code = int(server.recv(ANSWER_BYTES) or b"-9")
    if code >= 0:
        os._exit(code)
    _signal.signal(-code, _signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    os._exit(128 - code)
