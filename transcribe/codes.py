"""Every code that is stored and said in words: flags of readings, witnesses, reasons, methods, evidence.

The strings stand in stores and exports and never change; `transcribe/i18n/evidence_messages.py` has their sentences.
"""

from __future__ import annotations

from enum import StrEnum


class Flag(StrEnum):
    """What a reading says beside its text; `Reading.flags` holds these."""

    ILLEGIBLE = "illegible"
    """It cannot be read, or not all of it."""
    CROSSED_OUT = "crossed out"
    """It was written and struck through."""
    ABSENT = "absent"
    """The field is not on this form, or no source found it."""
    MASKED = "masked"
    """Payment data that nobody is shown."""
    NOT_FITTING = "not fitting"
    """The page did not fit its form."""
    HANDWRITING = "handwriting"
    """It is joined-up writing, which machines do not decide."""
    MISCOUNTED = "miscounted"
    """The engine read more or fewer characters than cells of the comb have writing in them."""
    PARTLY_READ = "partly read"
    """Text stands in the field, or across its side, on which no word of the engine stands."""
    OUTSIDE_PHOTO = "outside photo"
    """A part of the field lies outside the photograph, so that nobody can say that it is blank."""
    CHECKS_ITSELF = "checks itself"
    """A barcode that stands in the field's own box and whose kind detects errors."""
    ANOTHER_DOCUMENT = "another document"
    """No source found on its page the amount that the form must have.

    Names and dates stand on every letter, and engines read them alike: on 16 letters read as receipts 24 of them were
    decided.
    """
    ROWS_MISSING = "rows missing"
    """A cell of a table where a line with a number is no row, and the rows do not make up a sum of the page."""
    UNLABELLED = "unlabelled"
    """Nothing around it says for sure what it is."""
    OVERRODE_A_CHECK = "overrode a check"
    """A person was told of a fault, and sent it all the same; or an expert was asked again for what they had sent."""
    HEARD_AN_APPEAL = "heard an appeal"
    """An expert who heard an appeal read it: the last word on a field."""
    SAW_ALL_READINGS = "saw all readings"
    """An expert who had seen all readings read it anew: the last word on a field."""
    SAW_AN_APPEALS_WORDS = "saw an appeal's words"
    """An expert who had heard an appeal blind read it anew, having seen what was written with the appeal."""
    NOT_THIS_FORM = "not this form"
    """A person says of the whole scan that it is not the form that it was taken in as, or no form at all."""
    ERASED = "erased"
    """Its text was erased from the store."""


class Witness(StrEnum):
    """What vouches for a value beside those who read it."""

    SUMS = "sums"
    KNOWN_VALUE = "known value"
    CHECK_DIGIT = "check digit"
    KNOWN_WORDS = "known words"
    FORMAT = "format"
    SHAPE = "shape"


class Reason(StrEnum):
    """Why a person is asked; `Task.reason` holds one. Those that machines give for not deciding are troubles too."""

    NOTHING_READ = "nothing read"
    NOT_FITTING = Flag.NOT_FITTING.value
    NOT_FOUND = "not found"
    ANOTHER_DOCUMENT = Flag.ANOTHER_DOCUMENT.value
    UNLABELLED = Flag.UNLABELLED.value
    ROWS_MISSING = Flag.ROWS_MISSING.value
    MISPLACED = "misplaced"
    FORM_UNKNOWN = "form unknown"
    FORM_DOUBTED = "form doubted"
    """Somebody says that the scan is not the form that it was taken in as, or nothing of that form's print is on it."""
    ILLEGIBLE = Flag.ILLEGIBLE.value
    CROSSED_OUT = Flag.CROSSED_OUT.value
    HANDWRITING = Flag.HANDWRITING.value
    MISCOUNTED = Flag.MISCOUNTED.value
    PARTLY_READ = Flag.PARTLY_READ.value
    OUTSIDE_PHOTO = Flag.OUTSIDE_PHOTO.value
    INK_BUT_NO_TEXT = "ink but no text"
    LOOKALIKE = "lookalike"
    NEW_SHAPE = "new shape"
    FORMAT = Witness.FORMAT.value
    SUMS = Witness.SUMS.value
    ENGINES_DISAGREE = "engines disagree"
    ONE_ENGINE = "one engine"
    EXTENT = "extent"
    NOT_PROVEN = "not proven"
    """Engines agree and nothing is odd, but how right they are on such values is not proven yet.

    All such values are then read by people, so these tasks measure it, as audits do.
    """
    NOT_SURE_ENOUGH = "not sure enough"
    ONE_READER = "one reader"
    GIVEN_UP = "given up"
    """A person could not read it, and nobody who could says otherwise than another."""
    AGREED_IN_DOUBT = "agreed in doubt"
    """All people say the same, and it is not sure enough: something else speaks against it, or they err often."""
    ONE_TRADITION = "one tradition"
    READERS_DISAGREE = "readers disagree"
    READERS_SPLIT = "readers split"
    NO_OTHER_READER = "no other reader"
    """An expert has the last word on what others were asked to read: nobody else who is there can read it."""
    NO_OTHER_EXPERT = "no other expert"
    """An expert has the last word on what they read before: no other expert is there."""
    AUDIT = "audit"
    BELOW_TARGET = "below target"
    ASKED_AGAIN = "asked again"
    """An operator asks for it once more; its value stands until somebody has read it."""
    CONTROL = "control"
    """A control item among the tasks. It has no sentence, as it must look like any other task."""
    QUALIFICATION = "qualification"
    """A task of a test that a person takes. It has no sentence."""
    APPEAL = "appeal"
    """An expert hears an appeal. It has no sentence."""


class Method(StrEnum):
    """Every way to a decision; the text of a decision was read by one of these."""

    EXPERT = "expert"
    OPERATOR = "operator"
    """An operator corrected it, having seen all readings."""
    INK = "ink"
    BARCODE = "barcode"
    MACHINES = "machines"
    PERSON_AND_MACHINE = "person and machine"
    PERSON_AND_WITNESS = "person and witness"
    PEOPLE = "people"
    WEIGHED = "weighed"
    PROVISIONAL = "provisional"
    """The likeliest value of a field that nobody who is there can finish: it is published and decides nothing."""


class RecordRule(StrEnum):
    """The rules of records that are none of their forms: an exception names one where it does not hold."""

    SAME_ORDER = "one order once"
    """The scan is, or may be, an order that came before."""
    READ_AGAIN = "read again"
    """A value that was published is asked once more; it stands until somebody has read it."""
    NEVER_BLANK = "never blank"
    """A field that the form calls required is blank."""
    RIGHT_FORM = "the right form"
    """Somebody says that the scan is another form, and it is not settled yet."""
    ONE_FORM = "one form a photograph"
    """The form lies on the photograph once more, and what stands on the other sheet is in no record."""
    WHOLE_FORM = "the whole form"
    """Fields of the form lie outside the photograph, and what stands there is in no record."""
    ALL_IN_FIELDS = "all that is written"
    """Something is written outside the form's fields, and is in no record."""
    ONE_CURRENCY = "the form's currency"
    """The sign of another currency than the form's stands beside an amount: in which it is, nobody said."""
    OF_ITS_TYPE = "a value of its type"
    """What stands in a field is no value of its type, such as a day that does not exist: its record has none there."""
    FIELD_CHECKS = "the field's checks"
    """A value breaks the pattern of its field, is none of its choices, or has a check digit that does not fit."""
    KNOWN_VALUE = "a known value"
    """A value is none of those that the master data of its field have."""
    ONE_KEY = "one key"
    """Two values of an order, or of a line, have different keys in the same master data."""
    NO_CARD = "no card number"
    """A number as payment cards have stands in free text, which is not masked."""


class Verdict(StrEnum):
    """What became of a proposal of learning, and why; kept with it."""

    BETTER = "better"
    """In force: known truths speak for it. Decided fields that come out otherwise are asked again."""
    NOT_WORSE = "not worse"
    """In force: on known truths it is not worse beyond chance. What is decided stands."""
    TOO_LITTLE_TRUTH = "too little truth"
    """In force, though too little truth is known to judge it: what shipped stands, and so does what is decided."""
    WORSE = "worse"
    """Not in force: on known truths it is worse beyond chance."""
    REOPENS_TOO_MANY = "reopens too many"
    """Not in force: more of the decided fields would come out otherwise than is set."""
    SAME = "same"
    """Nothing else than is known was learnt."""
    NO_NEWS = "no news"
    """Nothing was learnt: nothing was read or came to be known since the last time."""
    NO_NEW_TRUTH = "no new truth"
    """Nothing was learnt: the operator went back to an earlier version, and no truth came to be known since."""
    WENT_BACK = "went back"
    """In force: the operator went back to what was known before."""


class EvidenceCode(StrEnum):
    """What one piece of evidence says; `Evidence.code` holds one."""

    READER_FOR = "reader for"
    READER_AGAINST = "reader against"
    READER_NEITHER = "reader neither"
    READER_APART = "reader apart"
    READER_NEAR = "reader near"
    READER_DOUBTED = "reader doubted"
    OWN_READER_NEAR = "own reader near"
    OWN_READER_DOUBTED = "own reader doubted"
    OWN_MEASURED = "own measured"
    OWN_READER_FOR = "own reader for"
    OWN_READER_AGAINST = "own reader against"
    OWN_READER_NEITHER = "own reader neither"
    OWN_READER_APART = "own reader apart"
    OWN_SAW_A_VALUE = "own saw a value"
    SAW_A_VALUE = "saw a value"
    BEFORE_READING = "before reading"
    FORMAT = Witness.FORMAT.value
    BARCODE = "barcode"
    CHECK_DIGIT = Witness.CHECK_DIGIT.value
    KNOWN_VALUE = Witness.KNOWN_VALUE.value
    KNOWN_WORDS = Witness.KNOWN_WORDS.value
    SHAPE = Witness.SHAPE.value
    SHAPE_FOR = "shape for"
    SHAPE_AGAINST = "shape against"
    SHAPE_SETTLES = "shape settles"
    NEW_SHAPE = "new shape learnt"
    ONE_SURE_ENGINE = "one sure engine"
    """Of decisions of earlier versions, as those by the witnesses of known words and of the format are."""
    DOUBT = "doubt"
    """What the readings are like makes the value less probable: why, as a reason, and by how much."""
    RULE_HOLDS = "rule holds"
    RULE_BROKEN = "rule broken"
    RUNNER_UP = "runner-up"
    NOTHING_ELSE = "nothing else"
    AUDITED = "audited"
    AUDITED_AS_SHIPPED = "audited as shipped"
    CALIBRATED = "calibrated"
    WOULD_FLIP = "would flip"
    READ_WHOLE = "read whole"
    EACH_WORD = "each word"
    MAJORITY = "majority"
    RATE = "rate"
    RATE_OF_FORM = "rate of form"
    RATE_OF_SOURCE = "rate of source"
    RATE_OF_GROUP = "rate of group"
    NOT_WORTH = "not worth"
    MASKED = "masked"
    CHAMPION = "champion"
    GOLD = "gold"
    OPERATOR_ASSUMED = "operator assumed"
    """How often operators' corrections are right is not known: the probability is assumed."""
    COLLECTION_UNANIMOUS = "collection unanimous"
    COLLECTION_SINGLE = "collection single"
    COLLECTION_UNREAD = "collection unread"
    COLLECTION_NO_READINGS = "collection no readings"
    COLLECTION_MAJORITY = "collection majority"
    COLLECTION_WEIGHED = "collection weighed"
    COLLECTION_MINORITY = "collection minority"
    COLLECTION_COMPOSED = "collection composed"
    COLLECTION_BLANK = "collection blank"


TWO_FORMS = "two forms"
"""Advice on a photograph: the form lies on it twice, and one of them was read."""

FIELDS_OUTSIDE = "fields outside"
"""Advice on a photograph: a part of some field of the form lies outside it."""

BESIDE_BOXES = "beside boxes"
"""Advice on a photograph: what is filled in stands beside the form's boxes."""

TEXT_OUTSIDE = "text outside"
"""Advice on a photograph: something is written on it that is in no field, nor runs out of one."""

TURNS_DEGREES = {"0": 0, "90": 90, "180": 180, "270": 270}
"""How far a page may have to be turned with the clock to stand upright, as people send it."""


def turned_form(said: str) -> tuple[str, int] | None:
    """ "name/version" and the turn of an answer to which form a scan is; None for what no page sends."""
    form, space, turn = said.rpartition(" ")
    return (form, TURNS_DEGREES[turn]) if form and space and turn in TURNS_DEGREES else None
