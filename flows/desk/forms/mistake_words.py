"""What is wrong in a draft, in plain words and in the visitor's language: what to mend on the page, and no code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from flows.desk.forms.form_words import key_words, type_words
from flows.desk.visit import Visit
from flows.drafting import Draft
from transcribe.errors import SettingsError
from transcribe.i18n import N_

OF_RULE = "Form %(form)s, rule %(rule)s "
"""How `transcribe.rule_grammar` begins, and how it ends."""
RULE_END = ". docs/adding-a-form.md shows how rules are written."

PLAIN: Mapping[str, str] = {
    "there is no field type %(said)s; use one of %(all)s": N_("There is no type “%(said)s”. Choose one of the list."),
    "there is no locale %(said)s; write it as fr_FR or en_GB": N_(
        "Dates and amounts of “%(said)s” are not known. Write a language and a country, as fr_FR or en_GB."
    ),
    "there is no currency %(said)s; write its ISO 4217 code, as EUR": N_(
        "There is no currency “%(said)s”. Write its three letters, as EUR."
    ),
    "there is no such key; do you mean %(key)s?; see the list in docs/adding-a-form.md": N_(
        "The text of the draft has something that no form has. Should it be “%(key)s”?"
    ),
    "there is no such key; see the list in docs/adding-a-form.md": N_(
        "The text of the draft has something that no form has."
    ),
    "there is no such option; do you mean %(key)s?": N_(
        "The text of the draft has something that no form has. Should it be “%(key)s”?"
    ),
    "there is no such option": N_("The text of the draft has something that no form has."),
    "the pattern %(said)s is no regular expression that RE2 knows (%(fault)s); %(advice)s": N_(
        "The pattern “%(said)s” cannot be used: something in it is not closed, or is not known. One that can: "
        "[A-Z]{2}-[0-9]{4}, two capitals, a hyphen and four digits."
    ),
    "the box %(box)s is not x0, y0, x1, y1 with x0 < x1 and y0 < y1": N_(
        "Its box is empty or turned round: right has to be more than left, and bottom more than top."
    ),
    "the span %(span)s is not x0, x1 with x0 < x1": N_(
        "The column is empty or turned round: right has to be more than left."
    ),
    "a payment field needs a box, because its box is masked before a picture is kept": N_(
        "Payment data need a box, which is then masked. Draw it."
    ),
    "rows need a box whose height they divide": N_("Its rows need a box, which they divide. Draw it."),
    "a table with a box needs rows, the number of its lines": N_("Say how many rows the table has."),
    "the column %(column)s needs a span within the table's box, x0 and x1": N_(
        "The column “%(column)s” reaches outside its table. Draw it inside the table."
    ),
    "%(name)s stands twice; every name must be its own.": N_(
        "Two have the name “%(name)s”. Give one of them another name."
    ),
    "%(name)s has %(count)s characters; write a name of at most %(most)s, and what people are shown as its label.": N_(
        "The name “%(name)s” is longer than %(most)s characters. Shorten it; the label may be longer."
    ),
    "%(what)s need %(needed)s columns in the records, where an amount needs three, and a table has at most %(most)s. "
    "Write fields that repeat as rows of a [[table]], or split the form into two forms.": N_(
        "It has more fields than a record can hold. Draw fields that repeat as one table, or make two forms of it."
    ),
    "the form has no page %(page)s; its last one is %(count)s.": N_(
        "There is no page %(page)s: the form has %(count)s. Choose one of its pages."
    ),
    "a box needs a blank, the empty page that it refers to.": N_("A box needs a picture of its page."),
    "a form with a blank needs a box here, x0, y0, x1, y1 on the blank.": N_(
        "It has no box yet. Draw it where the value stands on the page."
    ),
    "%(box)s reaches outside the blank of %(wide)s x %(high)s.": N_(
        "Its box reaches outside the page, which is %(wide)s pixels wide and %(high)s high."
    ),
    "%(part)s of the smaller box lie on that of %(other)s, so that both read the same. Draw them apart "
    "(fairhand forms preview shows them), or take one of the two out.": N_(
        "Its box lies on that of “%(other)s”: both would read the same. Draw them apart, or take one of the two out."
    ),
    "the form has no field %(field)s.": N_(
        "The list of known values is of “%(field)s”, which is no field any more. Take the list out."
    ),
    "there is no file %(file)s beside the definition.": N_("The file %(file)s is missing. Send it again."),
    "%(file)s is a link out of the definition's folder; put the file there.": N_(
        "The file %(file)s is missing. Send it again."
    ),
    "%(file)s is no plain file name; the file must lie in the folder of the definition": N_(
        "“%(file)s” is no name of a file: write it without a folder."
    ),
    "%(file)s has no rows with a column %(column)s.": N_(
        "The list %(file)s has no values in a column “%(column)s”. Send it again, or name another column."
    ),
    "this is no CSV in UTF-8: %(fault)s.": N_("The list is no table. Save it as CSV UTF-8 in your spreadsheet."),
    "blank and size stand in the [[page]] tables where there are any": N_(
        "The picture of the page is named twice in the text of the draft. Take the first one out."
    ),
    "the form has no table %(table)s.": N_("The order has its lines from “%(table)s”, which is no table of this form."),
    "there is no field %(field)s here, or it is payment data.": N_(
        "The order takes “%(field)s”, which is no field of this form, or payment data."
    ),
    "the field %(field)s has no master data, and so no key.": N_(
        "The order takes the number of “%(field)s” in a list of known values, and it has no list."
    ),
    "a term needs a field or a value, and not both": N_("What the order says is a field or a text, and not both."),
    "key and codes belong to the value of a field": N_("A fixed text of the order has no codes and stands in no list."),
    "this is no TOML: %(fault)s (at line %(line)s, column %(column)s).": N_(
        "The text cannot be read. Look at line %(line)s, character %(column)s: a quote, a bracket or = is missing."
    ),
    "this is no TOML: %(fault)s (at end of document).": N_(
        "The text cannot be read: at its end a quote or a bracket is missing."
    ),
    "this is no TOML: %(fault)s.": N_("The text cannot be read: something stands twice, or a quote is missing."),
    "line %(line)s: %(said)s... has more than %(most)s %(what)s.": N_(
        "Line %(line)s has “%(said)s…”, which is longer than anything of a form. Take it out."
    ),
    "line %(line)s: this is nested too deep for a form definition.": N_(
        "Line %(line)s has more brackets inside each other than any form. Take them out."
    ),
    "a form has at most %(count)s fields, columns and rules.": N_("A form has at most %(count)s fields."),
    "A draft keeps its name: write name = %(name)s.": N_(
        'The name of a draft cannot be changed here: write name = "%(name)s".'
    ),
    "a form needs at least one [[field]] or [[table]]": N_("There is no field yet. Draw the first one."),
    "it is missing, and must be there": N_("It is empty. Fill it in."),
    "a number is missing here": N_("A number is missing. Fill it in."),
    "write something, not %(said)s": N_("It is empty. Fill it in."),
    f"{OF_RULE}has %(part)s, which is not of the grammar: names, + - * /, sum, round{RULE_END}": N_(
        "“%(part)s” cannot stand in a rule. A rule has names of fields, numbers, + - * /, sum(...) and round(...)."
    ),
    f"{OF_RULE}names %(name)s, which is no field of the form; known are %(known)s{RULE_END}": N_(
        "“%(name)s” is no field of this form. Its fields are %(known)s."
    ),
    f"{OF_RULE}uses %(name)s of type %(type)s; rules take amount, decimal, integer and date{RULE_END}": N_(
        "“%(name)s” cannot be reckoned with: its type is “%(type)s”. Rules take amounts, numbers and dates."
    ),
    f"{OF_RULE}has a bracket without its other half: %(said)s{RULE_END}": N_(
        "%(said)s: a bracket is opened and not closed, or closed and not opened. Write as many ( as )."
    ),
    f"{OF_RULE}is no comparison: %(said)s{RULE_END}": N_(
        "This is no rule. A rule compares two things, as total == net + tax; equal is written ==."
    ),
    f"{OF_RULE}must be one comparison of two terms with one of %(all)s{RULE_END}": N_(
        "A rule compares two things with one of %(all)s, as total == net + tax."
    ),
    f"{OF_RULE}names no field{RULE_END}": N_("The rule is about no field. Write the name of one."),
    f"{OF_RULE}is longer than %(most)s characters{RULE_END}": N_("The rule is longer than %(most)s characters."),
    f"{OF_RULE}has more than %(most)s terms inside each other{RULE_END}": N_(
        "The rule has too many brackets inside each other. Write two rules."
    ),
    f"{OF_RULE}has a truth value where a number belongs{RULE_END}": N_(
        "A rule has no True and no False. Write a number."
    ),
    f"{OF_RULE}rounds to other than 0 to 9 decimals{RULE_END}": N_("Round to 0 to 9 decimals, as round(total, 2)."),
    f"{OF_RULE}calculates with the date %(name)s; dates can only be compared{RULE_END}": N_(
        "“%(name)s” is a date: it can be compared, but not added or multiplied."
    ),
    f"{OF_RULE}has a sum inside a sum{RULE_END}": N_("A sum cannot stand inside a sum."),
    f"{OF_RULE}sums over %(count)s tables in %(name)s; sum needs columns of one{RULE_END}": N_(
        "“%(name)s” does not add up the rows of one table. Write sum(TABLE.COLUMN)."
    ),
}
"""What is wrong in a definition, as `transcribe.forms` says it to who writes one, and as a page says it."""

WANTED: Mapping[str, str] = {
    "a whole number": N_("a whole number"),
    "a number": N_("a number"),
    "a number that is not infinite": N_("a number"),
    "true or false": N_("yes or no"),
    "a number above %(limit)s": N_("a number above %(limit)s"),
    "a number from %(limit)s on": N_("a number from %(limit)s on"),
    "a number below %(limit)s": N_("a number below %(limit)s"),
    "a number up to %(limit)s": N_("a number up to %(limit)s"),
    "a text in quotes": N_("a text"),
    "a text in quotes, a number, true or false": N_("a text or a number"),
    "%(most)s characters at most": N_("%(most)s characters at most"),
    'names with their values, as { en = "Total" }': N_("a text for each language"),
    "a table of keys with their values": N_("names with their values"),
    "a list, as [ ... ]": N_("a list"),
    "a list of %(count)s or more": N_("a list of %(count)s or more"),
    "a list of %(count)s": N_("a list of %(count)s"),
    "small letters, digits and _, a letter first": N_("small letters, digits and _, a letter first"),
    "small letters, digits, - and _, a letter first": N_("small letters, digits, - and _, a letter first"),
    "a language as Tesseract names it, three small letters first, as eng or chi_sim": N_(
        "a language by its three letters, as eng or fra"
    ),
    "a day that exists, as 2026-11-27": N_("a day that exists, as 2026-11-27"),
    "a number, as 1234.50": N_("a number, as 1234.50"),
    "a unit of UN/ECE Recommendation 20, as C62 or KGM": N_("a unit by its code, as C62 (one) or KGM (kilogram)"),
    "an article number whose check digit fits": N_("an article number whose check digit fits"),
    "a tax category of UNTDID 5305, as S": N_("a tax category by its code, as S"),
    "a country of ISO 3166, as FR": N_("a country by its two letters, as FR"),
}
"""What is to be written, likewise."""

EMPTY = N_("It is empty. Fill it in.")
"""Of what has to say something."""

WRITE = N_("Write %(wanted)s. “%(said)s” stands there.")
"""Of what is of no form that it may have."""

WITH_KEY = N_("%(key)s: %(words)s")
"""What is wrong with one thing that a field says."""

PLACE = re.compile(r"%\\\((\w+)\\\)s")
"""A place of a message that was escaped for a pattern."""

STEP = re.compile(r'(\w+)(?: "([^"]*)"| number \d+)?')
"""A step of where something stands: what it is, and its name where it has one."""


def mistake_words(visit: Visit, mistake: str) -> str:
    """What is wrong in a definition, in plain words; as it was said where these pages do not know it."""
    for at in reversed([*re.finditer(r"^|: ", mistake)]):
        key, said = mistake[: at.start()], mistake[at.end() :]
        for message, pattern in _patterns(tuple(PLAIN)).items():
            if found := pattern.fullmatch(said):
                words = visit.say(PLAIN[message], **_values(visit, found.groupdict()))
                return f"“{column}”: {words}" if (column := _column(key)) else words
        if written := re.fullmatch(r"write (.+), not (.*)", said, re.DOTALL):
            shown = _bare(written[2])
            words = visit.say(WRITE, wanted=_wanted(visit, written[1]), said=shown) if shown else visit.say(EMPTY)
            return visit.say(WITH_KEY, key=_key(visit, key), words=words) if key else words
    return mistake


def require_whole(visit: Visit, draft: Draft) -> None:
    """SettingsError with every mistake in plain words, where a draft is no form yet."""
    if mistakes := [mistake_words(visit, each) for each in draft.mistakes()]:
        raise SettingsError(" ".join(mistakes))


def _wanted(visit: Visit, wanted: str) -> str:
    for message, pattern in _patterns(tuple(WANTED)).items():
        if found := pattern.fullmatch(wanted):
            return visit.say(WANTED[message], **found.groupdict())
    return re.sub("'([^']*)'", r"“\1”", wanted)


def _values(visit: Visit, found: Mapping[str, str]) -> dict[str, str]:
    """The values of a sentence as people read them: without the quotes of code, types by what they are called."""
    values = {name: _bare(value) for name, value in found.items()}
    return values | ({"type": type_words(visit, values["type"])} if "type" in values else {})


def _bare(value: str) -> str:
    """A value without the quotes that code has around it."""
    is_quoted = len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]
    return _bare(value[1:-1]) if is_quoted else value


def _key(visit: Visit, where: str) -> str:
    """What is wrong, in a word: the last step of where it stands."""
    steps = [step for step, _ in STEP.findall(where)]
    return key_words(visit, steps[-1]) if steps else where


def _column(where: str) -> str:
    """The column of a table that something stands at, if it does."""
    return next((name for step, name in STEP.findall(where) if step == "column"), "")


@cache
def _patterns(messages: tuple[str, ...]) -> Mapping[str, re.Pattern[str]]:
    return {each: re.compile(PLACE.sub(r"(?P<\1>.+?)", re.escape(each)), re.DOTALL) for each in messages}
