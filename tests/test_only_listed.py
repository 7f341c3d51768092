"""Tests refuse what `system.sh test` does not bring, and do not see other languages."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from PIL import ImageFont

from tests.blanks import FONTS
from tests.only_listed import LANGUAGE, NO_FORM, brought_by, listed, listed_languages, refuse_others, said_by, use_only

pytestmark = pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="the list is of Debian's packages")


def test_fonts_and_programs_of_other_packages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    font = str(FONTS / "klee" / "KleeOne-Regular.ttf")
    ImageFont.truetype(font)
    assert said_by("jq", "--version")
    for of in (ImageFont.FreeTypeFont, subprocess.Popen):
        monkeypatch.setattr(of, "__init__", of.__init__)  # it is put back afterwards
    use_only(brought_by(set(listed()) - {"jq", "fonts-klee"}))
    with pytest.raises(AssertionError, match=r"KleeOne-Regular\.ttf is on no fresh machine"):
        ImageFont.truetype(font)
    with pytest.raises(AssertionError, match="jq is on no fresh machine"):
        said_by("jq", "--version")
    assert said_by("curl", "--version")
    refuse_others(__file__, ())


def test_languages_of_other_packages_are_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    here = said_by("tesseract", "--list-langs")[1:]
    assert here == sorted({name.removeprefix(LANGUAGE) for name in listed() if name.startswith(LANGUAGE)} | {NO_FORM})
    more = listed_languages()
    (more / "nld.traineddata").symlink_to((more / "eng.traineddata").resolve())
    monkeypatch.setenv("TESSDATA_PREFIX", str(more))
    assert "nld" in said_by("tesseract", "--list-langs")
    fewer = listed_languages()
    monkeypatch.setenv("TESSDATA_PREFIX", str(fewer))
    assert said_by("tesseract", "--list-langs")[1:] == here
    shutil.rmtree(more)
    shutil.rmtree(fewer)
