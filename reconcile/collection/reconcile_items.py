"""Reconcile a collection: learn from all its items, choose the text of each, and compute how probable it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from reconcile.algorithms import best_line, learn_line_model, written_words
from reconcile.collection import choice_calibration, source_standing
from reconcile.collection.choice_calibration import OwnCalibration
from reconcile.collection.items import ComparableItem, Item, ItemResult
from reconcile.collection.source_standing import TextFamily, field_types, make_comparable, text_family
from reconcile.collection.text_options import (
    Choice,
    CollectionModel,
    TextOption,
    count_words,
    features_of,
    field_facts,
    line_of,
    options_of,
)
from transcribe.codes import EvidenceCode
from transcribe.model import Evidence

MIN_OWN_CALIBRATION_ITEMS = 50
"""From so many gold items on they correct the shipped probabilities. Chosen by hand."""


MIN_OWN_CHOICE_ITEMS = 400
"""From so many gold items on they correct the shipped weights of the choice; 100 items made the choice worse."""


MIN_CHAMPION_ITEMS = 100
"""From so many gold items on the majority may decide a family instead of the model. Chosen by hand."""


MIN_MINORITY_PROBABILITY = 0.55
"""A text that fewer sources read is chosen from this probability on; else the majority's. Chosen by hand."""


MIN_BLANK_RATIO = 4.0
"""A blank is chosen where at least so many times as many sources left it blank as read a text.

To overlook a field is common, to invent its text is rare. Chosen by hand.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The results of a collection in the order of its items.

    `types` and `families` are those of each field. The champion of a family is "model" or "majority".
    """

    results: tuple[ItemResult, ...]
    types: dict[str, str]
    families: dict[str, TextFamily]
    champions: dict[TextFamily, str]


def reconcile_items(items: Sequence[Item], *, target: float = 0.95, locale: str = "en_GB") -> Reconciled:
    """The most probable text of every item; the order of items and of readings does not matter.

    Args:
        items: of one collection. The model learns from items with `gold`; they keep their gold text.
        target: an item less probable than this is worth one more reading.
        locale: how its dates and amounts are written.
    """
    type_names = field_types(items, locale)
    comparable = make_comparable(items, type_names, locale)
    by_field: dict[str, list[ComparableItem]] = defaultdict(list)
    for item in comparable:
        by_field[item.field].append(item)
    families = {field: text_family(group, type_names[field]) for field, group in by_field.items()}
    collection = learn_collection(comparable)
    options = [options_of(item, collection) if item.readings else [] for item in comparable]
    weights = _choice_weights(comparable, options, families)
    choices = [
        choose_text(item, some, collection, families[item.field], weights)
        for item, some in zip(comparable, options, strict=True)
    ]
    champions = _champions(choices, families)
    choices = [_as_champion_chooses(champions[families[choice.item.field]], choice) for choice in choices]
    log_odds = choice_log_odds(choices, families)
    own = _own_calibration(choices, log_odds)
    results = [
        item_result(
            choice,
            choice_calibration.probability(odds, choice.item.field, own),
            champions[families[choice.item.field]],
            target,
            collection,
        )
        for choice, odds in zip(choices, log_odds, strict=True)
    ]
    return Reconciled(results=tuple(results), types=type_names, families=families, champions=champions)


def learn_collection(items: Sequence[ComparableItem]) -> CollectionModel:
    """The word model, the rates of every source and the words of a collection, learnt from its readings."""
    return CollectionModel(
        line_model=learn_line_model([line_of(item) for item in items if item.readings]),
        field_rates=source_standing.learn_source_rates(items, by_field=True),
        overall_rates=source_standing.learn_source_rates(items, by_field=False),
        lexicon=count_words(items),
    )


def choose_text(
    item: ComparableItem,
    options: Sequence[TextOption],
    collection: CollectionModel,
    family: TextFamily,
    weights: choice_calibration.ChoiceWeights,
) -> Choice:
    """The most probable text of one item: put together word by word for a line, else one of the options.

    A blank where MIN_BLANK_RATIO times as many sources left it blank.
    """
    text_count, majority = len({reading.normal for reading in item.readings}), majority_text(item)
    if not options or item.blank_count >= MIN_BLANK_RATIO * len(item.readings):
        share = item.blank_count / max(1, item.blank_count + len(item.readings))
        return Choice(item=item, option=None, share=share, text_count=max(1, text_count), majority=majority)
    if family == "line text":
        line = line_of(item)
        slots = collection.line_model.weigh(line)
        words = tuple(word for word in best_line(slots) if word)
        share = 1.0
        for slot in slots:
            share *= max(slot.values())
        return Choice(
            item=item,
            option=next((option for option in options if option.words == words), options[0]),
            share=share,
            text_count=text_count,
            majority=majority,
            differing_places=sum(len(set(slot)) > 1 for slot in line.slots),
        )
    shares = choice_calibration.option_probabilities(options, weights)
    place = _likeliest_place(item, options, shares)
    return Choice(item=item, option=options[place], share=shares[place], text_count=text_count, majority=majority)


def _likeliest_place(item: ComparableItem, options: Sequence[TextOption], shares: Sequence[float]) -> int:
    """The place of the most probable option; that of the majority's, where a minority's is hardly more probable."""
    likeliest = min(range(len(options)), key=lambda place: (-shares[place], options[place].normal))
    votes = Counter(reading.normal for reading in item.readings).most_common(2)
    if len(votes) > 1 and votes[0][1] > votes[1][1] and shares[likeliest] < MIN_MINORITY_PROBABILITY:
        return next(place for place, option in enumerate(options) if option.normal == votes[0][0])
    return likeliest


def majority_text(item: ComparableItem) -> str:
    """The comparable text of most readings, blank ones left out; of equals the first in alphabetical order."""
    votes = Counter(reading.normal for reading in item.readings)
    return min(votes, key=lambda normal: (-votes[normal], normal), default="")


def choice_examples(
    items: Sequence[ComparableItem], options: Sequence[Sequence[TextOption]]
) -> list[tuple[Sequence[TextOption], int]]:
    """What a choice is fitted on: the options of each item and the place of its gold text among them.

    Items with fewer than two options are left out, and those whose gold text is not among the options.
    """
    return [
        (some, normals.index(item.gold))
        for item, some in zip(items, options, strict=True)
        if item.gold is not None and len(some) > 1 and item.gold in (normals := [option.normal for option in some])
    ]


def choice_log_odds(choices: Sequence[Choice], families: Mapping[str, TextFamily]) -> list[float]:
    """The log odds that each choice is right, by the shipped map of its field's family."""
    facts = field_facts([choice.item for choice in choices])
    log_odds = []
    for choice in choices:
        family = families[choice.item.field]
        features = features_of(choice, facts[choice.item.field])
        weights = choice_calibration.CALIBRATION_WEIGHTS[family]
        log_odds.append(choice_calibration.shipped_log_odds(features, weights, family))
    return log_odds


def _choice_weights(
    items: Sequence[ComparableItem], options: Sequence[Sequence[TextOption]], families: Mapping[str, TextFamily]
) -> choice_calibration.ChoiceWeights:
    """The shipped weights of the choice, fitted to the collection's gold where it has enough."""
    gold = [
        (item, some)
        for item, some in zip(items, options, strict=True)
        if item.gold is not None and families[item.field] != "line text"
    ]
    if len(gold) < MIN_OWN_CHOICE_ITEMS:
        return choice_calibration.CHOICE_WEIGHTS
    return choice_calibration.fit_choice(
        choice_examples(*zip(*gold, strict=True)), prior_weights=choice_calibration.CHOICE_WEIGHTS, ridge=10.0
    )


def _champions(choices: Sequence[Choice], families: Mapping[str, TextFamily]) -> dict[TextFamily, str]:
    """The champion of each family: the model, unless the majority is right more often on enough gold items."""
    lead: Counter[TextFamily] = Counter()
    gold_count: Counter[TextFamily] = Counter()
    for choice in choices:
        family = families[choice.item.field]
        if choice.item.gold is not None:
            gold_count[family] += 1
            lead[family] += (choice.majority == choice.item.gold) - (_normal(choice) == choice.item.gold)
    every: tuple[TextFamily, ...] = ("line text", "short text", "typed")
    return {
        family: "majority" if gold_count[family] >= MIN_CHAMPION_ITEMS and lead[family] > 0 else "model"
        for family in every
    }


def _normal(choice: Choice) -> str:
    return choice.option.normal if choice.option else ""


def _as_champion_chooses(champion: str, choice: Choice) -> Choice:
    """The same choice, or the majority's text where the majority is champion and the choice is not a blank."""
    if champion == "model" or choice.option is None or choice.option.normal == choice.majority:
        return choice
    readings = tuple(reading for reading in choice.item.readings if reading.normal == choice.majority)
    option = TextOption(words=readings[0].words, readings=readings, features=())
    return replace(choice, option=option, share=len(readings) / len(choice.item.readings))


def _own_calibration(choices: Sequence[Choice], log_odds: Sequence[float]) -> OwnCalibration:
    """The correction of the shipped map by the collection's gold, none where it has too little."""
    examples = [
        (odds, choice.item.field, _normal(choice) == choice.item.gold)
        for choice, odds in zip(choices, log_odds, strict=True)
        if choice.item.gold is not None
    ]
    if len(examples) < MIN_OWN_CALIBRATION_ITEMS:
        return OwnCalibration()
    return choice_calibration.fit_own_calibration(examples)


# The result of an item from its choice: the text as it is written, how it was chosen and why.


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
