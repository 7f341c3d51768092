"""The head of a page: the name of who issued it, and the address under the name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transcribe.layout.amounts import line_has_amount
from transcribe.layout.candidate import Candidate, candidate
from transcribe.layout.dates import DATE
from transcribe.layout.labels import Sheet
from transcribe.layout.lines import Line

COMPANY = re.compile(
    r"\b(sdn|bhd|berhad|s ?/ ?b|plt|ltd|limited|llc|llp|inc|corp|co|company|gmbh|ag|kg|ohg|sarl|sas|sasu|eurl|sa|sci|"
    r"bv|nv|enterprise|enterprises|trading|restaurant|restoran|hardware|stationery|store|stores|shop|mart|market|"
    r"supermarket|cafe|bakery|bakeries|kedai|pasar|perniagaan|syarikat|hotel|pharmacy|farmasi|station|centre|center|"
    r"book|books|motor|electrical|industries|industry|holdings|group|services|service)\b",
    re.IGNORECASE,
)
LEGAL = re.compile(
    r"(\b(sdn|bhd|berhad|plt|ltd|limited|llc|llp|inc|gmbh|sarl|sas|sasu|eurl|enterprise|trading)\b"
    r"|\bs ?/ ?b\b|\bk?ag\b)",
    re.IGNORECASE,
)
LEGAL_ONLY = re.compile(
    r"^\W*(?:(?:co|company|m|sdn|bhd|berhad|s ?/ ?b|plt|ltd|limited|inc|gmbh|kl|jb|and)\b\W*)+$", re.IGNORECASE
)
"""A line that is no more than a legal form: "CO. (M) SDN BHD"."""

REGISTERED = re.compile(
    r"\s*[(<\[{]?\s*(?:co\.?\s*(?:reg\.?)?\s*(?:no)?\.?\s*:?\s*)?\d{4,7}\s*-?\s*[A-Z]?\s*[)>\]}]?\s*$", re.IGNORECASE
)
"""A company's number after its name: "(139386 X)"."""

STREET = re.compile(
    r"\b(no|lot|lots|unit|suite|level|floor|ground|block|blok|jalan|jln|jl|lorong|lrg|persiaran|lebuh|taman|tmn|bandar|"
    r"kampung|kg|seksyen|section|plaza|bangunan|menara|wisma|mall|kompleks|street|st|road|rd|avenue|ave|drive|dr|lane|"
    r"blvd|boulevard|rue|place|chemin|route|quai|impasse|bp|cedex|weg|platz|allee|straat|laan|"
    r"selangor|johor|kuala lumpur|melaka|penang|pulau pinang|perak|kedah|pahang|sabah|sarawak|malaysia|wilayah)\b"
    r"|stra(?:ss|ß)e|str\.",
    re.IGNORECASE,
)
POSTCODE = re.compile(r"(?<!\d)\d{5}(?![\d-])|\b\d{4} ?[A-Z]{2}\b")
STOP = re.compile(
    r"\b(tel|telp|phone|fax|email|e-mail|www|http|gst|sst|vat|tva|siret|siren|rcs|tax|invoice|receipt|bill|cashier|"
    r"facture|commande|rechnung|steuernummer|hotline|whatsapp\w*|website|mobile|date|table|order|doc\w*|slip|member)\b|@|"
    r"(?<!\d)\+?0\d{1,2}[- ]?\d{3,4}[- ]?\d{3,4}",
    re.IGNORECASE,
)
NUMBER_ONLY = re.compile(
    r"^[\W_]*(?:(?:co|company|comp|reg|roc|brn|br|no|ros|ssm|registration)\b[\W_]*)*[\dA-Z]{0,4}\d{4,}[\d\W]*[A-Z]?[\W_]*$",
    re.IGNORECASE,
)
HEAD_LINES = 12
"""Lines from the top in which the head of a receipt ends; what stands lower is the receipt itself."""


def head(sheet: Sheet) -> list[Line]:
    """The lines from the top down to the first that speaks of tax, phone, date or money, once two stood."""
    found: list[Line] = []
    for line in sheet.lines[: HEAD_LINES + 6]:
        stop = STOP.search(line.text) or DATE.search(line.text) or line_has_amount(line)
        if stop and len(found) >= 2:
            break
        if not stop and sum(c.isalnum() for c in line.text) >= 2:
            found.append(line)
    return found[:HEAD_LINES]


def company(sheet: Sheet) -> list[Candidate]:
    """The name of the issuer: the line of the head that names a legal form, else its first or tallest line of words."""
    lines = head(sheet) or list(sheet.lines[:3])
    scored = []
    for number, line in enumerate(lines):
        text = REGISTERED.sub("", line.text).strip() or line.text
        letters = sum(c.isalpha() for c in text)
        if letters < 3 or (number and NUMBER_ONLY.match(line.text)):
            continue
        piece, extra = _with_legal_form(lines, number, text)
        score = 0.45 - 0.06 * number
        score += 0.4 if LEGAL.search(extra) else 0.06 if COMPANY.search(extra) else 0.0
        score -= 0.35 if _address_like(text) and not LEGAL.search(extra) else 0.0
        score += 0.1 * min(1.0, line.height / _usual(lines) - 1) if line.height > _usual(lines) else 0.0
        scored.append(candidate(piece, score))
    return sorted(scored, key=lambda each: -each.score)


def _with_legal_form(lines: Sequence[Line], number: int, text: str) -> tuple[list[Line], str]:
    """A name whose legal form stands alone on the next line takes it with it."""
    line = lines[number]
    piece = line.span(0, line.text.index(text) + len(text))
    after = lines[number + 1] if number + 1 < len(lines) else None
    if after is not None and not LEGAL.search(text):
        tail = REGISTERED.sub("", after.text).strip()
        if tail and LEGAL_ONLY.match(tail):
            return [piece, after.span(0, after.text.index(tail) + len(tail))], f"{_single(text)} {_single(tail)}"
    return [piece], _single(text)


def address(sheet: Sheet, below: Candidate | None) -> list[Candidate]:
    """The lines of the head that read as an address, under the issuer's name."""
    lines = head(sheet)
    start = next((n + 1 for n, line in enumerate(lines) if below is not None and line.box.y1 >= below.box.y1 - 2), 0)
    rest = lines[start:] or lines
    marks = [n for n, line in enumerate(rest) if _address_like(line.text)]
    chosen = [line for line in rest[marks[0] : marks[-1] + 1] if not NUMBER_ONLY.match(line.text)] if marks else []
    if not chosen:
        return []
    text = " ".join(_single(line.text) for line in chosen)
    score = min(1.0, 0.4 + 0.15 * len(marks) + (0.2 if POSTCODE.search(text) else 0.0))
    return [candidate(chosen, score, parted="\n")]


def _address_like(text: str) -> bool:
    return bool(STREET.search(text) or POSTCODE.search(text) or re.match(r"^\W*\d{1,4}[A-Z]?\b.*[^\W\d_]{3}", text))


def _usual(lines: Sequence[Line]) -> float:
    heights = sorted(line.height for line in lines)
    return heights[len(heights) // 2]


def _single(text: str) -> str:
    return " ".join(text.split())
