"""Files that were sent to another machine: asked here they wait, and count as what is to be taken in."""

from __future__ import annotations

from flows.home.home import Home
from flows.watching.incoming import FOLDER_NAME
from flows.watching.sent_files import sent_file, unread_files, waiting_batches
from tests.flows.watching.test_incoming import sent, takes


def test_a_file_that_waits_on_another_machine_waits_here_too_until_that_one_has_taken_it_in(rooms: Home) -> None:
    rooms.store.machine = "one"
    file = sent(rooms, b"an order", "monday")
    rooms.store.machine = "two"
    (rooms.settings.home / FOLDER_NAME).rename(rooms.settings.home / "of the other")
    assert sent_file(rooms, file).state == "waiting"
    assert (unread_files(rooms), unread_files(rooms, "monday"), unread_files(rooms, "b")) == (1, 1, 0)
    assert waiting_batches(rooms) == {"monday"}
    takes(rooms, []).look()
    assert sent_file(rooms, file).state == "waiting", "what others hold is not ours to end"
    rooms.store.machine = "one"
    (rooms.settings.home / "of the other").rename(rooms.settings.home / FOLDER_NAME)
    incoming = takes(rooms, [])
    incoming.look()
    incoming.look()
    rooms.store.machine = "two"
    assert sent_file(rooms, file).state == "known"
    assert (unread_files(rooms), waiting_batches(rooms)) == (0, set())
