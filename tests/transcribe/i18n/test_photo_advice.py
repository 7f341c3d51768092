"""Every code of what is wrong with a photograph has a sentence of what to do."""

from __future__ import annotations

import importlib

from transcribe.i18n.catalogues import translation
from transcribe.i18n.photo_advice import ADVICE, advice

quality = importlib.import_module("transcribe.imaging.quality")


def test_every_code_of_the_quality_gate_has_its_sentence() -> None:
    others = {"not fitting", "page missing", "page left over", "two forms", "fields outside", "beside boxes"}
    assert {*quality.ADVICE_CODES.values(), quality.DARK_CODE} | others == set(ADVICE)


def test_what_is_wrong_and_what_to_do_is_said_in_the_readers_language() -> None:
    assert advice(["blurred"]) == "It is blurred: hold the camera still, let it focus, and photograph it again."
    assert advice(["blurred", "cut off"], translation("fr").gettext).startswith("La photo est floue")
    assert advice(["a new code"]) == "a new code"
