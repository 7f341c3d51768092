"""A plot as SVG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def svg(figure: Figure, title: str) -> Markup:
    """A figure as an SVG element, with its title for people who cannot see it. Equal figures give equal text."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # takes long to load, and few commands draw

    out = io.StringIO()
    metadata = {"Date": None, "Title": title}
    FigureCanvasSVG(figure).print_svg(out, metadata=metadata)  # type: ignore[no-untyped-call]  # matplotlib has no types here
    text = out.getvalue()
    element = text[text.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
    return Markup(element)  # noqa: S704  # drawn by matplotlib from numbers alone
