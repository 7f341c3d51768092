"""Every code of evidence, method and reason, with its sentence: what pages and commands say in a reader's language.

Sentences have named places for the numbers of an `Evidence`; `say` fills them. They are marked with `N_` so that Babel
finds them for the catalogues; the reader's language comes in as the function `translate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from transcribe.model import Evidence


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues, unchanged."""
    return sentence


EVIDENCE: Mapping[str, str] = {
    "reader for": N_("{source} reads this, and is wrong on {rate} of such fields: {bits} bits for it."),
    "reader against": N_("{source} reads something else, and is wrong on {rate} of such fields: {bits} bits against."),
    "reader neither": N_("{source} says nothing that tells this value from the next."),
    "own reader for": N_("You read this, and are wrong on {rate} of such fields: {bits} bits for it."),
    "own reader against": N_("You read something else, and are wrong on {rate} of such fields: {bits} bits against."),
    "own reader neither": N_("What you read says nothing that tells this value from the next."),
    "own saw a value": N_("You were shown a value before reading, so yours is no independent reading."),
    "saw a value": N_("{source} was shown a value before reading, so this is no independent reading."),
    "before reading": N_("Before anybody read it: {bits} bits, from format, check digit, known values and words."),
    "format": N_("It alone is written as this field should be."),
    "barcode": N_("A barcode on the field says it; barcodes of this kind detect their own errors."),
    "check digit": N_("Its check digit is right."),
    "known value": N_("It stands among the known values."),
    "known words": N_("Where the machines differ, it has words that are often written here."),
    "rule holds": N_("The rule “{rule}” holds with it: {bits} bits for it."),
    "rule broken": N_("The rule “{rule}” does not hold with it: {bits} bits against it."),
    "runner-up": N_("The next likely value has {probability}."),
    "nothing else": N_("No other value was read; that all are wrong has {probability}."),
    "audited": N_("Values decided like this were wrong in {wrong} of {count} audited fields."),
    "calibrated": N_("The model gives {raw}; what it gave on fields with a known truth makes it {probability}."),
    "would flip": N_("One more reader who reads the next likely value would leave this one with {probability}."),
    "read whole": N_("Somebody read it as it is; its {places} places were weighed word by word."),
    "each word": N_("Nobody read it whole; each of its {places} words was read by somebody."),
    "majority": N_("Decided by majority: on this store's audited fields majority is right more often than the model."),
    "rate": N_("{source} on fields of type {type}: wrong on {before} before, on {after} now ({count} readings)."),
    "rate of form": N_(
        "Decided values of type {type} on the form {form}: {share} of {count} audited ones were wrong "
        "(between {low} and {high}, 95 %)."
    ),
    "rate of source": N_(
        "{source} on audited fields of type {type}: wrong on {share} of {count} (between {low} and {high}, 95 %)."
    ),
    "rate of group": N_(
        "People who learnt to write in {group}, on fields of type {type}: wrong on {share} of {count} readings whose "
        "truth is known (between {low} and {high}, 95 %)."
    ),
    "not worth": N_(
        "Less than the target of {target}, but one more reading would cost more than it gains: it could make this "
        "right {gain} more often at most, and its price is {price} of what a wrong value costs."
    ),
    "champion": N_("Fields of {family}: {side} decides now, after {items} items with a known truth."),
    "gold": N_("Its right text is known."),
    "collection unanimous": N_("All {readings} readings say the same."),
    "collection single": N_("One reading, and no other to compare it with."),
    "collection unread": N_("Nobody could read it."),
    "collection majority": N_("{votes} of {readings} readings say this, more than say anything else."),
    "collection weighed": N_(
        "{votes} of {readings} readings say this; the readers and words weighed, it is likeliest."
    ),
    "collection minority": N_("{votes} of {readings} readings say this, fewer than another, by readers who err less."),
    "collection composed": N_("Nobody wrote it whole; each of its words stands in some of {readings} readings."),
    "collection blank": N_("{blanks} readers left it blank, and {readings} read something."),
}

METHODS: Mapping[str, str] = {
    "expert": N_("An expert decided."),
    "people": N_("People who read it independently agree."),
    "person and machine": N_("A person and a machine agree."),
    "person and witness": N_("A person read it, and a check digit, a known value or the form's sums vouch for it."),
    "weighed": N_("The readings differ, but weighed together they leave no real doubt."),
    "machines": N_("Two machines that read independently agree."),
    "barcode": N_("A barcode on the field says it, and nothing printed beside it says otherwise."),
    "ink": N_("The ink shows it: empty or not, ticked or not, signed or not."),
}

REASONS: Mapping[str, str] = {
    "nothing read": N_("No source could read anything here."),
    "not fitting": N_("The page does not lie on its form."),
    "not found": N_("The field was not found on the page."),
    "another document": N_("The amount that this form must have was found nowhere: it may be another document."),
    "unlabelled": N_("What is printed around it does not say for sure what it is."),
    "rows missing": N_("A line with a number was taken for no row, and the rows do not add up to what is printed."),
    "misplaced": N_("Its picture shows something else; somebody shows where it stands."),
    "form unknown": N_("Nobody knows which form it is."),
    "illegible": N_("The machine could not read it."),
    "crossed out": N_("It seems to be crossed out."),
    "handwriting": N_("It is handwriting, which machines do not decide."),
    "miscounted": N_("It has more or fewer characters than boxes are filled."),
    "ink but no text": N_("There is ink, but no machine could read it."),
    "lookalike": N_("It holds characters that machines take for one another, such as O and 0."),
    "format": N_("What the machines read is not written as this field should be."),
    "sums": N_("The sums of the form do not fit what was read."),
    "engines disagree": N_("The machines read different things."),
    "one engine": N_("Only one machine has read it."),
    "extent": N_("The machines agree, but nothing vouches for where this text begins and ends."),
    "not proven": N_("The machines agree, but how often they are right on such fields is not proven yet."),
    "not sure enough": N_("The machines agree, but not surely enough on a page like this."),
    "one reader": N_("One person has read it; one more makes sure."),
    "one tradition": N_(
        "Readers of one writing tradition alone agree; somebody who learnt to write elsewhere is asked."
    ),
    "readers disagree": N_("The people who read it disagree."),
    "readers split": N_("The readers stay split; an expert decides."),
    "audit": N_("A check of a decided field, drawn by lot."),
    "below target": N_("What was learnt since makes the decided value less sure than asked for."),
}


def sentence(code: str) -> str:
    """The English sentence of an evidence, method or reason code; KeyError names an unknown code."""
    for codes in (EVIDENCE, METHODS, REASONS):
        if code in codes:
            return codes[code]
    raise KeyError(f"there is no sentence for the code {code!r}")


def say(evidence: Evidence, translate: Callable[[str], str] = str, point: str = ".") -> str:
    """One piece of evidence in words, its numbers written short; `translate` gives the reader's language, and `point`
    is what stands before decimals in it."""
    numbers = {name: _short(name, number, point) for name, number in evidence.numbers.items()}
    return translate(sentence(evidence.code)).format_map(numbers)


def _short(name: str, number: float | int | str, point: str) -> str:
    if isinstance(number, str | int):
        return str(number)
    if name in ("bits",):
        return f"{abs(number):.1f}".replace(".", point)
    if name in ("wrong", "count", "items"):
        return f"{number:g}".replace(".", point)
    return f"{100 * number:.4g} %".replace(".", point)


def named(evidence: Evidence, names: Mapping[str, str]) -> Evidence:
    """Evidence that says a person's handle in place of their id, for operators."""
    numbers = dict(evidence.numbers)
    if (source := str(numbers.get("source", ""))) in names:
        numbers["source"] = names[source]
    return replace(evidence, numbers=numbers)
