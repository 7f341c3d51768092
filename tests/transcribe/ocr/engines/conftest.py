"""Every engine that is installed, for its contract and its exam."""

from __future__ import annotations

import pytest

from flows.home.settings import load_settings
from transcribe import ocr
from transcribe.ocr import Engine


@pytest.fixture(scope="module", params=ocr.names())
def engine(request: pytest.FixtureRequest) -> Engine:
    options = load_settings().engine_options.get(request.param)
    if problem := ocr.problem(request.param, ("fra",), options):
        pytest.skip(f"{request.param} cannot read here: {problem}")
    return ocr.load(request.param, ("fra",), options)
