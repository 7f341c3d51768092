"""The head of a page: the name of who issued it, and the address under the name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line

LEGAL = re.compile(
    r"\b(?:sdn|s[o0]n bhd|bhd|berhad|plt|ltd|limited|llc|llp|inc|gmbh|sarl|sas|sasu|eurl|enterprise|trading|ohg|kgaa)\b"
    r"|\bs ?/ ?b\b|(?-i:\bAG\b)|\b(?:s\.a\.|e\.k\.|b\.v\.|n\.v\.)(?!\w)",
    re.IGNORECASE,
)
"""Words that only the name of a company ends with."""

TRADE = re.compile(
    r"\b(?:co|company|restaurant|restoran|store|stores|shop|mart|market|supermarket|bakery|kedai|pasar\w*|perniagaan|"
    r"syarikat|hotel|pharmacy|farmasi|hardware|stationery|motor|electrical|group|services?|boulangerie|garage|"
    r"p[âa]tisserie|pharmacie|restauration|markt|b[äa]ckerei|apotheke)\b",
    re.IGNORECASE,
)

GOES_ON = re.compile(
    r"^\W{0,2}(?:sdn|bhd|berhad|s ?/ ?b|plt|enterprise|trading|co\b(?!\W*(?:reg|no))|m\)|ltd|inc|gmbh|&)",
    re.IGNORECASE,
)
"""How a line begins that continues the name above it."""

REGISTERED = re.compile(
    r"\s*(?:[(<\[{][^()]*\d{4,}.*|\b\d{5,7}\s?-\s?[A-Z]\b.*|\b(?:co\.?|company|gst|"
    r"reg\w*)\.? *(?:reg\w*\.? *)?no\b.*|[(<{]\s*\w{0,2}\W*)$",
    re.IGNORECASE,
)
"""What follows a name on its line: a register number "(139386 X)", or a bracket of which no more was read."""

NUMBER_ONLY = re.compile(
    r"^[\W_]*(?:(?:co|company|comp|reg|roc|brn|br|no|ros|ssm|registration|rm|sst|id)\b[\W_]*)*"
    r"(?:[A-Z]{0,3}\d{4,}[\d\W]*[A-Z]{0,2}|[A-Z]{1,2}\d{4,}\S*)[\W_]*$",
    re.IGNORECASE,
)
STREET = re.compile(
    r"\b(?:lot|lots|unit|suite|level|floor|flr|ground|block|blok|blk|jalan|jln|jl|lorong|lrg|persiaran|lebuh|lebuhraya|"
    r"taman|tmn|bandar|kampung|kg|seksyen|section|plaza|bangunan|menara|wisma|mall|kompleks|batu|desa|pusat|kawasan|"
    r"street|road|rd|avenue|ave|drive|lane|blvd|boulevard|rue|place|chemin|route|quai|impasse|bp|cedex|"
    r"\w*weg|platz|allee|straat|laan|selangor|johor|kuala lumpur|melaka|penang|pinang|perak|kedah|pahang|sabah|sarawak|"
    r"darul \w+|malaysia|wilayah|france|deutschland|singapore)\b|stra(?:ss|ß)e\b|str\.|^\W*no\b\W*\d",
    re.IGNORECASE,
)
POSTCODE = re.compile(
    r"(?<![\w/-])(?<!lot )(?<!no )(?<!ptd )\d{5}(?![\d/-]|[.,]\d)|\b\d{4} ?[A-Z]{2}\b|"
    r"\b[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}\b",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"^\W*[A-Z]{0,3}[\d-]{1,7}[A-Z]?\b.*,|^\W*\d{1,4}[A-Z]?,? +[^\W\d_]{3}|.*[^\W\d_]{3}.*\d.*,")
ADDRESS_LABEL = re.compile(r"^.{0,12}\b(?:add|addr|address|adresse)\b\W*", re.IGNORECASE)

COUNTRY = re.compile(r"\b(?:malaysia|france|deutschland|germany|singapore)\W*$", re.IGNORECASE)
BRANCH = re.compile(r"^\d{3,4} ?- ?[^\W\d_]{3}")
"""A line under the postcode that names the shop's branch: "1214-JINJANG UTARA"."""

OTHER = re.compile(
    r"\b(?:t[ée]l|te1|t[ée]l[ée]phone|telp|telephone|phone|fax|e-?mail|www|http|gst|sst|vat|tva|siret|siren|rcs|"
    r"tax ?invoice|invoice|receipt|"
    r"cashier|facture|rechnung|steuernummer|hotline|whatsapp\w*|website|mobile|table|order|doc\w*|slip|member|h/p|"
    r"reg(?:istration)? no|co\.? reg|company (?:no|reg)|roc|careline|outlet|site|hours|simplified)\b|"
    r"tel:|taxinvoice|@|\.com\b|"
    r"(?<!\d)\+?0\d{1,2}[- ]?\d{3,4}[- ]?\d{3,4}",
    re.IGNORECASE,
)
"""Lines of the head that are neither name nor address."""

CUSTOMER = re.compile(r"\b(?:bill(?:ed)? to|sold to|ship to|deliver to|customer|owned by|attn|client)\b", re.IGNORECASE)
"""Below this stands somebody else's name and address."""

PRICE = re.compile(r"(?<![\d.,-])\d{1,5}[.,]\d{2}\W{0,2}[A-Z]{0,3}\W*$")
"""A line that ends with a price is an item or a sum: the head is over."""

MAX_HEAD_LINES = 16
"""Lines from the top in which the head of a receipt ends."""

MAX_NAME_LINES = 3
MAX_BLOCK_GAP_HEIGHTS = 2.2
"""A line this many times its height below the one before belongs to another block."""

(
    NAME_BASE_SCORE,
    LINE_ABOVE_PENALTY,
    LEGAL_FORM_SCORE,
    TRADE_WORD_SCORE,
    ADDRESS_PENALTY,
    DIGITS_PENALTY,
    SMALL_LETTERS_PENALTY,
) = 0.45, 0.04, 0.4, 0.06, 0.4, 0.3, 0.2
"""What speaks for a line as the issuer's name: standing first, less for each line above it, the name of a legal form;
against it: reading as an address, being a third digits, beginning small. Fitted by hand on half of the receipts."""


def head_lines(sheet: PageText) -> list[Line]:
    """The lines from the top down to the first money, item or customer; a receipt's name and address are among them."""
    found: list[Line] = []
    for line in sheet.lines[:MAX_HEAD_LINES]:
        if found and (_is_priced_line(line.text) or CUSTOMER.search(line.text)):
            break
        if sum(c.isalnum() for c in line.text) >= 2:
            found.append(line)
    return found


def company_candidates(sheet: PageText) -> list[Candidate]:
    """The name of the issuer: the first line of the head, unless one below names a legal form."""
    lines = [_without_title(line) for line in head_lines(sheet)]
    scored = []
    above = 0
    for number, line in enumerate(lines):
        bare = REGISTERED.sub("", line.text)
        if NUMBER_ONLY.match(line.text) or DATE.search(bare) or (OTHER.search(bare) and not LEGAL.search(bare)):
            continue
        if sheet.is_label(line):
            continue
        pieces = _name_lines(lines, number)
        text = " ".join(piece.text for piece in pieces)
        if sum(c.isalpha() for c in text) < 3:
            continue
        score = NAME_BASE_SCORE - LINE_ABOVE_PENALTY * above
        score += LEGAL_FORM_SCORE if LEGAL.search(text) else TRADE_WORD_SCORE if TRADE.search(text) else 0.0
        if not LEGAL.search(text):
            score -= ADDRESS_PENALTY * (
                1.0 if STREET.search(text) or POSTCODE.search(text) else 0.5 if NUMBERED.search(text) else 0.0
            )
        score -= DIGITS_PENALTY if sum(c.isdigit() for c in text) > len(text) / 3 else 0.0
        score -= SMALL_LETTERS_PENALTY if not text[0].isalnum() or (text[0].islower() and text.islower()) else 0.0
        scored.append(candidate(pieces, score))
        above += 1
    return sorted(scored, key=lambda each: -each.score)


def _without_title(line: Line) -> Line:
    """The part of a line that names a legal form, where a title such as "INVOICE" stands far beside it."""
    if not (OTHER.search(line.text) and LEGAL.search(line.text)):
        return line
    parts = [part for part in line.segments() if not OTHER.search(part.text)]
    return parts[0] if len(parts) == 1 and LEGAL.search(parts[0].text) else line


def address_candidates(sheet: PageText, issuer: Candidate | None) -> list[Candidate]:
    """The lines of the head that read as an address, the first such block before others; never the issuer's name."""
    taken = {word.box for word in issuer.words} if issuer is not None else set()
    lines = [line for line in head_lines(sheet) if not any(word.box in taken for word in line.words)]
    scored = []
    for order, block in enumerate(_address_runs(lines)):
        text = " ".join(line.text for line in block)
        marks = sum(is_address_like(line.text) for line in block)
        score = 0.3 + 0.12 * min(3, marks) + (0.25 if POSTCODE.search(text) else 0.0) - 0.2 * order
        scored.append(candidate(block, score, separator="\n"))
    return sorted(scored, key=lambda each: -each.score)


def _name_lines(lines: Sequence[Line], number: int) -> list[Line]:
    """The name that begins on a line, without its register number, with the lines that continue it."""
    pieces: list[Line] = []
    for line in lines[number : number + MAX_NAME_LINES]:
        so_far = " ".join(piece.text for piece in pieces)
        if pieces and not (GOES_ON.match(line.text) or so_far.count("(") > so_far.count(")")):
            break
        cut = REGISTERED.search(line.text)
        end = len(line.text) if cut is None or cut.start() == 0 else cut.start()
        pieces.append(line.span(0, end))
        if cut is not None:
            break
    return pieces


def _address_runs(lines: Sequence[Line]) -> list[list[Line]]:
    """The runs of lines that read as addresses, each up to the first line that does not go on with it."""
    found: list[list[Line]] = []
    block: list[Line] = []
    for line in lines:
        piece = _without_label(line)
        other = bool(OTHER.search(piece.text) or DATE.search(piece.text) or LEGAL.search(piece.text))
        if block and (other or not _continues_address(block, piece)):
            found.append(block)
            block = []
        if not other and not NUMBER_ONLY.match(piece.text) and (block or is_address_like(piece.text)):
            block.append(piece)
    return [*found, block] if block else found


def _without_label(line: Line) -> Line:
    label = ADDRESS_LABEL.match(line.text)
    return line.span(label.end(), len(line.text)) if label and label.end() < len(line.text) else line


def _continues_address(block: Sequence[Line], line: Line) -> bool:
    """Whether an address goes on: after its postcode only with a place's name, never far below."""
    last = block[-1]
    if line.box.y0 - last.box.y1 > MAX_BLOCK_GAP_HEIGHTS * last.height:
        return False
    if any(POSTCODE.search(each.text) for each in block):
        if BRANCH.match(line.text):
            return not COUNTRY.search(last.text)
        return bool(STREET.search(line.text)) or (last.text.rstrip().endswith(",") and not re.search(r"\d", line.text))
    return (":" not in line.text or bool(STREET.search(line.text))) and not re.fullmatch(r"\W*\(.*\)\W*", line.text)


def _is_priced_line(text: str) -> bool:
    return PRICE.search(text) is not None and not STREET.search(text)


def is_address_like(text: str) -> bool:
    """Whether a line reads as one of an address: a street, a postcode, a house number with a comma."""
    if re.fullmatch(r"\W*\(.*\)\W*", text):
        return False
    return bool(STREET.search(text) or POSTCODE.search(text) or NUMBERED.search(text))
