"""Words for people: catalogues, sentences of evidence, advice on photographs."""

from transcribe.i18n.catalogues import N_, SOURCE_LANGUAGE, direction, languages, said, translation
from transcribe.i18n.evidence_messages import EVIDENCE, REASONS, method_sentence, named, reason_sentence, say, sentence
from transcribe.i18n.language_codes import unknown_languages
from transcribe.i18n.photo_advice import ADVICE, advice
from transcribe.i18n.plurals import counted, plural
from transcribe.i18n.turned_names import NO_DIRECTION, turns_direction
from transcribe.i18n.worded import beginning, in_words, reworded, worded

__all__ = [
    "ADVICE",
    "EVIDENCE",
    "NO_DIRECTION",
    "N_",
    "REASONS",
    "SOURCE_LANGUAGE",
    "advice",
    "beginning",
    "counted",
    "direction",
    "in_words",
    "languages",
    "method_sentence",
    "named",
    "plural",
    "reason_sentence",
    "reworded",
    "said",
    "say",
    "sentence",
    "translation",
    "turns_direction",
    "unknown_languages",
    "worded",
]
