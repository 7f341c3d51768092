"""What commands were called before, so that whoever gives an old spelling is told the new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NEW_SPELLINGS: Mapping[str, str] = {
    "appeal": "appeals",
    "audit": "log",
    "control": "gold",
    "explain": "scan explain",
    "export": "records export",
    "forget": "scan forget",
    "publish": "records publish",
    "question": "questions",
    "time": "disputes",
    "token": "tokens",
    "work": "announce",
    "work expect": "announce",
}
"""Old spelling -> new one. `publish --rebuild` and `reconcile FILE`, which are told by what follows, are beside it."""

OF_FILES = ("--out", "--form", "--from", "--target", "--report")
"""Options of `reconcile` that were of a file of other people's readings."""


def new_spelling(words: Sequence[str]) -> list[str] | None:
    """The words of a call as it is spelt now, with all that follows the command; None where it is no old spelling."""
    if words[:1] == ["publish"] and "--rebuild" in words:
        return ["records", "rebuild", *(each for each in words[1:] if each != "--rebuild")]
    if words[:1] == ["reconcile"] and any(_is_of_file(each) for each in words[1:]):
        return ["collection", "reconcile", *(each for each in words[1:] if each != "--json")]
    for count in (2, 1):
        if new := NEW_SPELLINGS.get(" ".join(words[:count])):
            return [*new.split(), *words[count:]]
    return None


def _is_of_file(word: str) -> bool:
    return not word.startswith("-") or word.partition("=")[0] in OF_FILES
