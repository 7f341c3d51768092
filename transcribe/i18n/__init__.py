"""Words for people: catalogues, sentences of evidence, advice on photographs."""

from transcribe.i18n.catalogues import N_, SOURCE_LANGUAGE, direction, languages, said, translation
from transcribe.i18n.evidence_messages import EVIDENCE, REASONS, method_sentence, named, reason_sentence, say, sentence
from transcribe.i18n.form_words import name_refusal, plain_name
from transcribe.i18n.language_codes import first_spoken, unknown_languages
from transcribe.i18n.photo_advice import ADVICE, advice
from transcribe.i18n.plurals import counted, plural
from transcribe.i18n.worded import Worded, as_kept, beginning, in_words, kept, worded

__all__ = [
    "ADVICE",
    "EVIDENCE",
    "N_",
    "REASONS",
    "SOURCE_LANGUAGE",
    "Worded",
    "advice",
    "as_kept",
    "beginning",
    "counted",
    "direction",
    "first_spoken",
    "in_words",
    "kept",
    "languages",
    "method_sentence",
    "name_refusal",
    "named",
    "plain_name",
    "plural",
    "reason_sentence",
    "said",
    "say",
    "sentence",
    "translation",
    "unknown_languages",
    "worded",
]
