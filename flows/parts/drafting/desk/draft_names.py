"""Names for programs made of what people call a thing."""

from __future__ import annotations

import re
import unicodedata


def slug(title: str, joint: str) -> str:
    """Small letters and digits without accents, joined by this character; it begins with a letter."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", joint, plain).strip(joint)
    return name if name[:1].isalpha() else f"form{joint}{name}".rstrip(joint)
