"""The result of an item from its choice: the text as it is written, how it was chosen and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import zip_longest

from reconcile.algorithms import best_line, written_words
from reconcile.collection.choice_features import Choice
from reconcile.collection.items import ItemResult
from reconcile.collection.text_options import CollectionModel, line_of
from transcribe.codes import EvidenceCode
from transcribe.model import Evidence


def item_result(
    choice: Choice, probability: float, champion: str, target: float, collection: CollectionModel
) -> ItemResult:
    """The result of a choice whose probability is known; a gold item keeps its gold text.

    Args:
        choice: as the champion made it.
        probability: that the chosen text is right.
        champion: "model" or "majority".
        target: a less probable text is worth one more reading.
        collection: what was learnt of the collection.
    """
    item = choice.item.item
    normal = choice.option.normal if choice.option else ""
    method, reason = _method_and_reason(choice, champion)
    result = ItemResult(
        item=item,
        text=_written_text(choice, collection),
        normal=normal,
        probability=probability,
        method=method,
        reason=reason,
        ask=probability < target,
        majority=choice.majority,
        model=normal,
        model_probability=probability,
    )
    if choice.item.gold is None:
        return result
    return replace(
        result,
        text=item.gold or "",
        normal=choice.item.gold,
        probability=1.0,
        method="gold",
        reason=Evidence(code=EvidenceCode.GOLD),
        ask=False,
    )


def _method_and_reason(choice: Choice, champion: str) -> tuple[str, Evidence]:
    readings, blanks = len(choice.item.readings), choice.item.blank_count
    numbers = {"readings": readings, "blanks": blanks, "texts": choice.text_count}
    if choice.option is None:
        empty = "blank" if readings + blanks else "unread"
        if empty == "unread" and not choice.item.unreadable_count:
            return empty, Evidence(code=EvidenceCode.COLLECTION_NO_READINGS, numbers=numbers)
        return empty, Evidence(code=EvidenceCode(f"collection {empty}"), numbers=numbers)
    numbers["votes"] = votes = len(choice.option.readings)
    if votes == 0:
        return "composed", Evidence(code=EvidenceCode.COLLECTION_COMPOSED, numbers=numbers)
    if choice.text_count == 1 and not blanks:
        method = "unanimous" if readings > 1 else "single"
        return method, Evidence(code=EvidenceCode(f"collection {method}"), numbers=numbers)
    numbers["readings"] = readings + blanks
    if champion == "majority":
        return "majority", Evidence(code=EvidenceCode.COLLECTION_MAJORITY, numbers=numbers)
    fewer = votes < max(Counter(reading.normal for reading in choice.item.readings).values())
    code = EvidenceCode.COLLECTION_MINORITY if fewer else EvidenceCode.COLLECTION_WEIGHED
    return "weighed", Evidence(code=code, numbers=numbers)


def _written_text(choice: Choice, collection: CollectionModel) -> str:
    """The chosen text as most of its sources wrote it.

    Each word of a composed text is written as the source of the best standing among its readers wrote it.
    """
    if choice.option is None:
        return ""
    if choice.option.readings:
        written = Counter(reading.text.strip() for reading in choice.option.readings)
        return min(written, key=lambda text: (-written[text], text))
    item = choice.item
    line = line_of(item)
    odds = [collection.field_rates.log_odds(reading.source, item.field) for reading in item.readings]
    spellings = [iter(written_words(reading.text)) for reading in item.readings]
    text = []
    for slot, word in zip_longest(line.slots, best_line(collection.line_model.weigh(line)), fillvalue=""):
        written_in_slot = [next(spelling) if read else "" for read, spelling in zip(slot, spellings, strict=True)]
        if word:
            readers = [number for number, read in enumerate(slot) if read == word]
            text.append(written_in_slot[max(readers, key=lambda number: (odds[number], -number))])
    return " ".join(text)
