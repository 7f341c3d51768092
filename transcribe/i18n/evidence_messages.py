"""The sentence of every code of evidence, method and reason, for pages and commands.

Sentences have named places for the numbers of an `Evidence`; `say` fills them. They are marked with `N_` so that Babel
finds them for the catalogues; the reader's language comes in as the function `translate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from transcribe.codes import EvidenceCode, Method, Reason, RecordRule
from transcribe.i18n.catalogues import N_
from transcribe.model import Evidence

EVIDENCE: Mapping[str, str] = {
    EvidenceCode.READER_FOR: N_("{source} reads this: {bits} bits for it."),
    EvidenceCode.READER_AGAINST: N_("{source} reads something else: {bits} bits against it."),
    EvidenceCode.READER_NEAR: N_(
        "{source} reads something else, which speaks more for this than for the next likely value: {bits} bits for it."
    ),
    EvidenceCode.READER_DOUBTED: N_(
        "{source} reads this. Going by the mistakes of such sources, that speaks more for the next likely value: "
        "{bits} bits against it."
    ),
    EvidenceCode.READER_NEITHER: N_("{source} says nothing that tells this value from the next."),
    EvidenceCode.READER_APART: N_("{source} reads something else. That did not change the result."),
    EvidenceCode.OWN_READER_FOR: N_("You read this: {bits} bits for it."),
    EvidenceCode.OWN_READER_AGAINST: N_("You read something else: {bits} bits against it."),
    EvidenceCode.OWN_READER_NEAR: N_(
        "You read something else, which speaks more for this than for the next likely value: {bits} bits for it."
    ),
    EvidenceCode.OWN_READER_DOUBTED: N_(
        "You read this. Going by the mistakes that people make, that speaks more for the next likely value: "
        "{bits} bits against it."
    ),
    EvidenceCode.OWN_MEASURED: N_(
        "Fields of this kind that you read and that an expert read again, drawn by lot: {count}. In {wrong} of them "
        "the expert read something else."
    ),
    EvidenceCode.OWN_READER_NEITHER: N_("What you read says nothing that tells this value from the next."),
    EvidenceCode.OWN_READER_APART: N_("You read something else. That did not change the result."),
    EvidenceCode.OWN_SAW_A_VALUE: N_("You were shown a value before you read, so your reading is not independent."),
    EvidenceCode.SAW_A_VALUE: N_("{source} was shown a value before reading, so this reading is not independent."),
    EvidenceCode.BEFORE_READING: N_(
        "Before anybody read it: {bits} bits, from format, check digit, known values and words."
    ),
    EvidenceCode.FORMAT: N_("It alone is written as this field should be."),
    EvidenceCode.BARCODE: N_("A barcode on the field says it; barcodes of this kind detect their own errors."),
    EvidenceCode.CHECK_DIGIT: N_("Its check digit is right."),
    EvidenceCode.KNOWN_VALUE: N_("It stands among the known values."),
    EvidenceCode.KNOWN_WORDS: N_("Where the machines differ, it has words that are often written here."),
    EvidenceCode.SHAPE: N_("It is written as values of this field are."),
    EvidenceCode.SHAPE_FOR: N_(
        "Written like {like} of the last {of} checked values of this field: {bits} bits for it."
    ),
    EvidenceCode.SHAPE_AGAINST: N_(
        "Written like {like} of the last {of} checked values of this field: {bits} bits against it."
    ),
    EvidenceCode.SHAPE_SETTLES: N_(
        "By how values of this field are written it is {bits} bits likelier than what looks like it, such as O for 0."
    ),
    EvidenceCode.NEW_SHAPE: N_(
        "On {field}, {like} of the last {of} checked values are written like {shape} (A a letter, 9 a digit)."
    ),
    EvidenceCode.ONE_SURE_ENGINE: N_(
        "One machine alone reads this, and is sure of it: {confidence} by its own measure. "
        "The other reads something else."
    ),
    EvidenceCode.DOUBT: N_("{why} By what known truths have shown, that takes {bits} bits from it."),
    EvidenceCode.RULE_HOLDS: N_("The rule “{rule}” holds with it: {bits} bits for it."),
    EvidenceCode.RULE_BROKEN: N_("The rule “{rule}” does not hold with it: {bits} bits against it."),
    EvidenceCode.RUNNER_UP: N_("The next likely value has {probability}."),
    EvidenceCode.NOTHING_ELSE: N_("The chance that everybody is wrong: {probability}."),
    EvidenceCode.AUDITED: N_(
        "Values decided like this were wrong in {wrong} of {count} audited fields: this store's, and while these are "
        "few those that shipped."
    ),
    EvidenceCode.AUDITED_AS_SHIPPED: N_(
        "As shipped, values decided like this were wrong in {wrong} of {count} fields; none was audited here yet."
    ),
    EvidenceCode.CALIBRATED: N_(
        "The model gives {raw}; what it gave on fields with a known truth makes it {probability}."
    ),
    EvidenceCode.WOULD_FLIP: N_(
        "One more reader who reads the next likely value would leave this one with {probability}."
    ),
    EvidenceCode.READ_WHOLE: N_("Somebody read it as it is; its {places} words were weighed one by one."),
    EvidenceCode.EACH_WORD: N_("Nobody read it whole; each of its {places} words was read by somebody."),
    EvidenceCode.MAJORITY: N_(
        "Decided by majority: on this store's audited fields majority is right more often than the model."
    ),
    EvidenceCode.RATE: N_(
        "{source} on fields of type {type}: wrong on {before} before, on {after} now (readings: {count})."
    ),
    EvidenceCode.RATE_OF_FORM: N_(
        "Decided values of type {type} on the form {form}: of {count} audited, {share} were wrong "
        "(between {low} and {high}, 95 %)."
    ),
    EvidenceCode.RATE_OF_SOURCE: N_(
        "{source} on audited fields of type {type}: wrong on {share} of {count} (between {low} and {high}, 95 %)."
    ),
    EvidenceCode.RATE_OF_GROUP: N_(
        "People who learnt to write in {group}, on fields of type {type}: wrong on {share} of {count} readings whose "
        "truth is known (between {low} and {high}, 95 %)."
    ),
    EvidenceCode.NOT_WORTH: N_(
        "Less than the target of {target}, but one more reading would cost more than it gains: it could make this "
        "right {gain} more often at most, and its price is {price} of what a wrong value costs."
    ),
    EvidenceCode.MASKED: N_("Payment data: painted over before anybody could read them, on purpose."),
    EvidenceCode.CHAMPION: N_("Fields of {family}: {side} decides now, after {items} items with a known truth."),
    EvidenceCode.GOLD: N_("Its right text is known."),
    EvidenceCode.OPERATOR_ASSUMED: N_(
        "How often operators' corrections are right is not known, as nobody audits them: {probability} is assumed, as "
        "for an expert of whom nothing is known."
    ),
    EvidenceCode.COLLECTION_UNANIMOUS: N_("All {readings} readings say the same."),
    EvidenceCode.COLLECTION_SINGLE: N_("One reading, and no other to compare it with."),
    EvidenceCode.COLLECTION_UNREAD: N_("Nobody could read it."),
    EvidenceCode.COLLECTION_NO_READINGS: N_("There are no readings of it."),
    EvidenceCode.COLLECTION_MAJORITY: N_("{votes} of {readings} readings say this, more than say anything else."),
    EvidenceCode.COLLECTION_WEIGHED: N_(
        "{votes} of {readings} readings say this; the readers and words weighed, it is likeliest."
    ),
    EvidenceCode.COLLECTION_MINORITY: N_(
        "{votes} of {readings} readings say this, fewer than another, by readers who err less."
    ),
    EvidenceCode.COLLECTION_COMPOSED: N_(
        "Nobody wrote it whole; each of its words stands in some of {readings} readings."
    ),
    EvidenceCode.COLLECTION_BLANK: N_("{blanks} readers left it blank, and {readings} read something."),
}

METHODS: Mapping[str, str] = {
    Method.EXPERT: N_("An expert decided."),
    Method.OPERATOR: N_("An operator corrected it, having seen all readings."),
    Method.PEOPLE: N_("People who read it independently agree."),
    Method.PERSON_AND_MACHINE: N_("A person and a machine agree."),
    Method.PERSON_AND_WITNESS: N_("A check digit, a known value or the form's sums vouch for what was typed."),
    Method.WEIGHED: N_("The readings differ, but weighed together they leave no real doubt."),
    Method.PROVISIONAL: N_("Nothing is decided: this is the likeliest so far, until somebody has read it."),
    Method.MACHINES: N_(
        "Machines decided: they agree, or one of them is sure, or the format, a check digit, a known value or the "
        "form's sums choose between them."
    ),
    Method.BARCODE: N_("A barcode on the field says it, and nothing printed beside it says otherwise."),
    Method.INK: N_("The ink shows it: empty or not, ticked or not, signed or not."),
}

MOST_PEOPLE = N_("Most of the people who read it independently agree.")
"""What is said in place of a method's own sentence where people read something else, too."""

REASONS: Mapping[str, str] = {
    Reason.NOTHING_READ: N_("No source could read anything here."),
    Reason.NOT_FITTING: N_("The page does not fit its form."),
    Reason.NOT_FOUND: N_("The field was not found on the page."),
    Reason.ANOTHER_DOCUMENT: N_("The amount that this form must have was found nowhere: it may be another document."),
    Reason.UNLABELLED: N_("What is printed around it does not say for sure what it is."),
    Reason.ROWS_MISSING: N_(
        "A line with a number was taken for no row, and the rows do not add up to what is printed."
    ),
    Reason.MISPLACED: N_("Its picture shows something else; somebody shows where it stands."),
    Reason.FORM_UNKNOWN: N_("Nobody knows which form it is."),
    Reason.FORM_DOUBTED: N_("It may be something else than the form that it was taken in as."),
    Reason.ILLEGIBLE: N_("The machine could not read it."),
    Reason.CROSSED_OUT: N_("It seems to be crossed out."),
    Reason.HANDWRITING: N_("It is handwriting, which machines do not decide."),
    Reason.MISCOUNTED: N_("The number of its characters is not that of the filled boxes."),
    Reason.PARTLY_READ: N_("Machines read only a part of what stands there."),
    Reason.OUTSIDE_PHOTO: N_("A part of it lies outside the photograph."),
    Reason.INK_BUT_NO_TEXT: N_("There is ink, but no machine could read it."),
    Reason.LOOKALIKE: N_("It holds characters that machines take for one another, such as O and 0 or e and é."),
    Reason.NEW_SHAPE: N_("It is written otherwise than all values of this field that were seen before."),
    Reason.FORMAT: N_("What the machines read is not written as this field should be."),
    Reason.SUMS: N_("The sums of the form do not fit what was read."),
    Reason.ENGINES_DISAGREE: N_("The machines read different things."),
    Reason.ONE_ENGINE: N_("Only one machine has read it."),
    Reason.EXTENT: N_("The machines agree, but nothing vouches for where this text begins and ends."),
    Reason.NOT_PROVEN: N_("The machines agree, but how often they are right on such fields is not proven yet."),
    Reason.NOT_SURE_ENOUGH: N_("What the machines read is not sure enough."),
    Reason.ONE_READER: N_("One person has read it; one more makes sure."),
    Reason.GIVEN_UP: N_("Somebody who looked at it could not read it."),
    Reason.AGREED_IN_DOUBT: N_("The people who read it agree, but something else leaves doubt."),
    Reason.ONE_TRADITION: N_(
        "Readers of one writing tradition alone agree; somebody who learnt to write elsewhere is asked."
    ),
    Reason.READERS_DISAGREE: N_("The people who read it disagree."),
    Reason.READERS_SPLIT: N_("The readers stay split; an expert decides."),
    Reason.NO_OTHER_READER: N_("Nobody else who is there can read it; an expert decides."),
    Reason.NO_OTHER_EXPERT: N_("No other expert is there; one who has read it before decides."),
    Reason.AUDIT: N_("A check of a decided field, drawn by lot."),
    Reason.ASKED_AGAIN: N_("An operator wants it read once more."),
    Reason.APPEAL: N_("An expert hears an appeal."),
    Reason.BELOW_TARGET: N_("The value that stands here is less sure than asked for."),
}

RECORD_RULES: Mapping[str, str] = {
    RecordRule.SAME_ORDER: N_("It is, or may be, an order that came before."),
    RecordRule.READ_AGAIN: N_("A published value is read once more."),
    RecordRule.NEVER_BLANK: N_("A required field has no value."),
    RecordRule.RIGHT_FORM: N_("Somebody says that it is another form."),
    RecordRule.ONE_FORM: N_("Two forms lie on the photograph, and one was read."),
    RecordRule.WHOLE_FORM: N_("Fields of the form lie outside the photograph."),
    RecordRule.ALL_IN_FIELDS: N_("Something is written outside the form’s fields."),
    RecordRule.ONE_CURRENCY: N_("Another currency than the form’s stands beside an amount."),
    RecordRule.OF_ITS_TYPE: N_("What stands there is no value of its type, such as a day that does not exist."),
    RecordRule.FIELD_CHECKS: N_("A value is not as the form says of its field, or its check digit does not fit."),
    RecordRule.KNOWN_VALUE: N_("A value is not in the master data."),
    RecordRule.ONE_KEY: N_("Two values belong to different keys of the master data."),
    RecordRule.NO_CARD: N_("What may be the number of a payment card stands in a text."),
}


PERCENT_SIGN = " %"
"""How the command line writes it, in English."""

PROBABILITIES = frozenset({"probability", "raw"})
"""Numbers of evidence that are estimates: they are never said to be 0 or 100 %."""

LEAST_SAID = 0.0001
"""The least probability that is said as a figure, and what one lacks to certainty at most: as many places as evidence
keeps. Chosen by hand."""


def sentence(code: str) -> str:
    """The English sentence of a code of evidence, a method, a reason or a record's rule; KeyError names another one."""
    for codes in (EVIDENCE, METHODS, REASONS, RECORD_RULES):
        if code in codes:
            return codes[code]
    raise KeyError(f"there is no sentence for the code {code!r}")


def method_sentence(method: str, is_contradicted: bool) -> str:
    """The English sentence of how a value was decided. `is_contradicted`: somebody read something else."""
    return MOST_PEOPLE if method == Method.PEOPLE and is_contradicted else sentence(method)


def reason_sentence(code: str) -> str:
    """The English sentence of why people are asked; of another code its own, and KeyError names what is none.

    Some codes are both, with opposite sentences: "format" is why people are asked, and evidence for a value.
    """
    return REASONS[code] if code in REASONS else sentence(code)


def say(
    evidence: Evidence, translate: Callable[[str], str] = str, point: str = ".", percent: str = PERCENT_SIGN
) -> str:
    """One piece of evidence in words, with its numbers written short.

    `translate` gives the reader's language; `point` is the decimal sign in it, `percent` its sign with the gap.
    """
    numbers = {name: _short(name, number, point, percent) for name, number in evidence.numbers.items()}
    if "why" in numbers:
        numbers["why"] = translate(reason_sentence(numbers["why"]))
    return translate(sentence(evidence.code)).format_map(numbers)


def _short(name: str, number: float | int | str, point: str, percent: str) -> str:
    if isinstance(number, str | int):
        return str(number)
    if name in ("bits",):
        return f"{abs(number):.1f}".replace(".", point)
    if name in ("wrong", "count", "items"):
        return f"{number:g}".replace(".", point)
    if name in PROBABILITIES and not LEAST_SAID <= number <= 1.0 - LEAST_SAID:
        sign, number = ("<", LEAST_SAID) if number < LEAST_SAID else (">", 1.0 - LEAST_SAID)
        return f"{sign} {100 * number:.4g}{percent}".replace(".", point)
    return f"{100 * number:.4g}{percent}".replace(".", point)


def named(evidence: Evidence, names: Mapping[str, str]) -> Evidence:
    """Evidence that says a person's handle in place of their id, for operators."""
    numbers = dict(evidence.numbers)
    if (source := str(numbers.get("source", ""))) in names:
        numbers["source"] = names[source]
    return replace(evidence, numbers=numbers)
