"""Simulated readers who work through the real queue over HTTP, as people do, and type a known truth with slips."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from transcribe.model import FieldKey, Task

Answers = Callable[[Task], str | None]
"""Gives the text written in a task's field; "" is blank, None where the truth has none."""

SLIP_SHARE = 0.05
"""Share of fields that a simulated transcriber gets wrong; volunteers' typing is measured at 3 to 8 % of fields."""

PAUSE_SECONDS = 0.3
"""How long readers without work wait before they look again. Chosen by hand."""

DIGIT_CONFUSIONS = {
    "0": "8", "1": "7", "7": "1", "5": "6", "6": "0", "8": "3", "3": "8", "9": "4", "2": "7", "4": "9"
}  # fmt: skip
"""For each digit another that it is easily taken for. Chosen by hand."""

LETTER_CONFUSIONS = {
    "é": "e", "è": "e", "ê": "e", "ç": "c", "à": "a", "O": "0", "l": "1", "n": "u", "u": "n", "m": "rn"
}  # fmt: skip
"""For some letters, another that it is easily taken for. Chosen by hand."""


class _PageForm(HTMLParser):
    """One HTML form of a page, by its id: where it is sent, its kind, and its hidden inputs.

    `idle` tells that the page has no work.
    """

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.action, self.kind = "", ""
        self.hidden: dict[str, str] = {}
        self.idle = False
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if attributes.get("id") == "no-work":
            self.idle = True
        if tag == "form":
            self._inside = attributes.get("id") == self.wanted
            if self._inside:
                self.action, self.kind = attributes["action"], attributes.get("data-kind", "")
        elif tag == "input" and self._inside and attributes.get("type") == "hidden":
            self.hidden[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@dataclass(slots=True, kw_only=True)
class SimulatedReader:
    """One simulated person, who signs in with `link`.

    `slip_share` is the share of fields that they get wrong, `chance` decides which. `answers` gives the truth of a
    task, `subject` the task of an id. `read` and `wrong` count what they typed; `mistakes` has each wrong text by scan
    and field.
    """

    link: str
    slip_share: float
    chance: random.Random
    answers: Answers
    subject: Callable[[str], Task]
    read: int = 0
    wrong: int = 0
    mistakes: dict[tuple[str, FieldKey], str] = field(default_factory=dict)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(follow_redirects=True, timeout=30))

    def sign_in(self) -> None:
        """Open the personal link, press its button, and answer what is asked before the first task."""
        self._client.get(self.link).raise_for_status()
        self._client.post(self.link).raise_for_status()
        base = self.link.split("/in/")[0]
        page = self._client.get(f"{base}/before")
        page.raise_for_status()
        form = _PageForm("begin")
        form.feed(page.text)
        if form.action:
            self._client.post(base + form.action, data={**form.hidden, "training": "no"}).raise_for_status()

    def work_one(self) -> bool:
        """Take one task and answer it; whether there was one for this person."""
        base = self.link.split("/in/")[0]
        page = self._client.get(f"{base}/work")
        page.raise_for_status()
        form = _PageForm("task")
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
        """The inputs that this person sends: the truth, now and then with a slip; a task without truth is skipped."""
        truth = self.answers(task)
        if truth is None:
            return {"action": "skip", "reason": "other"}
        if task.kind == "identify":
            return {"action": "send", "form": truth, "turn": "0"}
        self.read += 1
        text = slip(truth, self.chance) if self.chance.random() < self.slip_share else truth
        if text != truth:
            self.wrong += 1
            self.mistakes[task.scan, task.key] = text
        return {"action": "send", "text": text} if text else {"action": "blank"}


def play(
    readers: Sequence[SimulatedReader], left: Callable[[], int], patience: float, sleep: Callable[[float], None]
) -> int:
    """Have all readers do one task each in turn until none is left; gives how many are left.

    `left` gives how many tasks still wait. It ends early where no reader is offered anything for `patience` seconds.
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
    """The text with one mistake: a character confused, lost, doubled or swapped; a tick missed or imagined."""
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if len(text) < 2:
        return text and DIGIT_CONFUSIONS.get(text, "")
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
    """The text with its first confusable character from `start` on confused, going round from the end to the beginning.

    Without such a character the last one is lost.
    """
    table = {**DIGIT_CONFUSIONS, **LETTER_CONFUSIONS}
    for place in (*range(start, len(text)), *range(start)):
        if text[place] in table:
            return text[:place] + table[text[place]] + text[place + 1 :]
    return text[:-1]
