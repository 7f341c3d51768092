"""Scripted readers who work through the real queue over HTTP, as people do; what they type is made up from a truth."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from transcribe.model import FieldKey, Task

Answers = Callable[[Task], str | None]
"""What is really written in a task's field; "" is blank, None where the truth says nothing of it."""

SLIPS = 0.05
"""Share of fields that a simulated transcriber gets wrong; volunteers' typing is measured at 3 to 8 % of fields."""

PAUSE_SECONDS = 0.3
"""How long somebody without work waits before they look again."""

CONFUSIONS = {"0": "8", "1": "7", "7": "1", "5": "6", "6": "0", "8": "3", "3": "8", "9": "4", "2": "7", "4": "9"}
LETTERS = {"é": "e", "è": "e", "ê": "e", "ç": "c", "à": "a", "O": "0", "l": "1", "n": "u", "u": "n", "m": "rn"}


class _Form(HTMLParser):
    """The form of a task on a page: where it is sent, its kind, and its hidden inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.kind = "", ""
        self.hidden: dict[str, str] = {}
        self.idle = False
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if said.get("id") == "no-work":
            self.idle = True
        if tag == "form":
            self._inside = said.get("id") == "task"
            if self._inside:
                self.action, self.kind = said["action"], said.get("data-kind", "")
        elif tag == "input" and self._inside and said.get("type") == "hidden":
            self.hidden[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@dataclass(slots=True, kw_only=True)
class Reader:
    """One simulated person. `slips` is the share of fields that they get wrong; `known` says what they have typed."""

    link: str
    slips: float
    chance: random.Random
    answers: Answers
    subject: Callable[[str], Task]
    read: int = 0
    wrong: int = 0
    mistakes: dict[tuple[str, FieldKey], str] = field(default_factory=dict)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(follow_redirects=True, timeout=30))

    def sign_in(self) -> None:
        """Open the personal link and press its button."""
        self._client.get(self.link).raise_for_status()
        self._client.post(self.link).raise_for_status()

    def work_one(self) -> bool:
        """Take one task and answer it; False where there is none for this person."""
        base = self.link.split("/in/")[0]
        page = self._client.get(f"{base}/work")
        page.raise_for_status()
        form = _Form()
        form.feed(page.text)
        if not form.action:
            return False
        task = self.subject(form.action.rsplit("/", 1)[-1])
        self._client.post(base + form.action, data={**form.hidden, **self._typed(task)}).raise_for_status()
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _typed(self, task: Task) -> Mapping[str, str]:
        """What this person enters: the truth, or now and then something near it."""
        truth = self.answers(task)
        if truth is None:
            return {"action": "skip", "reason": "other"}
        if task.kind == "identify":
            return {"action": "send", "form": truth, "turn": "0"}
        self.read += 1
        said = slip(truth, self.chance) if self.chance.random() < self.slips else truth
        if said != truth:
            self.wrong += 1
            self.mistakes[task.scan, task.key] = said
        return {"action": "send", "text": said} if said else {"action": "blank"}


def play(readers: Sequence[Reader], left: Callable[[], int], patience: float, sleep: Callable[[float], None]) -> int:
    """Have everybody work, one task each in turn, until nothing is left to do; gives what nobody could be given.

    `left` says how much still waits. Where nobody is offered anything for `patience` seconds, it is over too.
    """
    idle = 0.0
    while remaining := left():
        if sum(reader.work_one() for reader in readers):
            idle = 0.0
        elif idle >= patience:
            return remaining
        else:
            sleep(PAUSE_SECONDS)
            idle += PAUSE_SECONDS
    return 0


def slip(text: str, chance: random.Random) -> str:
    """The text with one mistake as people make them: a confused, lost, doubled or swapped character, a missed field."""
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if len(text) < 2:
        return text and CONFUSIONS.get(text, "")
    place = chance.randrange(len(text))
    kinds: list[Callable[[], str]] = [
        lambda: text[:place] + text[place + 1 :],
        lambda: text[:place] + text[place] + text[place:],
        lambda: _swapped(text, min(place, len(text) - 2)),
        lambda: _confused(text, place),
        lambda: _confused(text, place),
        lambda: _confused(text, place),
    ]
    return chance.choice(kinds)()


def _swapped(text: str, place: int) -> str:
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _confused(text: str, start: int) -> str:
    """The first character from `start` on, round the text, that is easily taken for another."""
    table = {**CONFUSIONS, **LETTERS}
    for place in (*range(start, len(text)), *range(start)):
        if text[place] in table:
            return text[:place] + table[text[place]] + text[place + 1 :]
    return text[:-1]
