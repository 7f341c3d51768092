"""Reconcile a collection: hear its items, learn from all of them, choose each one's text and say how probable it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from reconcile.algorithms import best_line, written_words
from reconcile.algorithms import learn_line_model as learn_line_model
from reconcile.collection import choice_calibration, choice_model, shipped_weights, source_standing
from reconcile.collection.choice_calibration import OwnCalibration
from reconcile.collection.choice_features import Choice, features_of, field_facts
from reconcile.collection.comparable_texts import TextFamily, field_types, make_comparable, text_family
from reconcile.collection.items import ComparableItem, Item, ItemResult
from reconcile.collection.text_options import CollectionModel, TextOption, count_words, line_of, options_of
from transcribe.codes import EvidenceCode
from transcribe.model import Evidence

MIN_OWN_CALIBRATION_ITEMS = 50
"""From so many gold items on they bend the shipped probabilities."""

MIN_OWN_CHOICE_ITEMS = 400
"""From so many gold items on they bend the shipped weights of the choice: with 100 the choice was the worse for it."""

MIN_CHAMPION_ITEMS = 100
"""So many gold items must be known before majority can take a family's decisions back."""

MIN_MINORITY_PROBABILITY = 0.55
"""The least share at which a text that fewer read is written: plainly likelier than not, or it stays with majority."""

MIN_BLANK_RATIO = 4.0
"""A blank is believed against a text where at least so many times as many sources left it blank: to overlook a field is
common, to invent one is rare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """A collection's results, in the order of its items, and what decided: "model" or "majority" for each family."""

    results: tuple[ItemResult, ...]
    types: dict[str, str]
    families: dict[str, TextFamily]
    champions: dict[TextFamily, str]


def reconcile_items(items: Sequence[Item], *, target: float = 0.95, locale: str = "en_GB") -> Reconciled:
    """The most probable text of every item, whatever the order of items and readings.

    Args:
        items: of one collection; items with `gold` teach what is learnt, and keep their gold text.
        target: an item less probable than this is asked again.
        locale: how its dates and amounts are written.
    """
    of_type = field_types(items, locale)
    heard = make_comparable(items, of_type, locale)
    by_field: dict[str, list[ComparableItem]] = defaultdict(list)
    for each in heard:
        by_field[each.item.field].append(each)
    families = {field: text_family(some, of_type[field]) for field, some in by_field.items()}
    learnt = learn_collection(heard)
    possible = [options_of(each, learnt) if each.readings else [] for each in heard]
    weights = _choice_weights(heard, possible, families)
    chosen = [
        choose_text(each, some, learnt, families[each.item.field], weights)
        for each, some in zip(heard, possible, strict=True)
    ]
    champions = _champions(chosen, families)
    chosen = [_as_champion_chooses(champions[families[each.item.item.field]], each, families) for each in chosen]
    odds = choice_log_odds(chosen, families)
    own = _own_calibration(chosen, odds)
    results = [
        _result(
            each,
            choice_calibration.probability(log_odds, each.item.item.field, own),
            champions,
            families,
            target,
            learnt,
        )
        for each, log_odds in zip(chosen, odds, strict=True)
    ]
    return Reconciled(results=tuple(results), types=of_type, families=families, champions=champions)


def learn_collection(heard: Sequence[ComparableItem]) -> CollectionModel:
    """What the readings of a collection teach: source rates, standings, words."""
    return CollectionModel(
        line_model=learn_line_model([line_of(each) for each in heard if each.readings]),
        field_rates=source_standing.learn_source_rates(heard, by_field=True),
        overall_rates=source_standing.learn_source_rates(heard, by_field=False),
        lexicon=count_words(heard),
    )


def choose_text(
    each: ComparableItem,
    some: Sequence[TextOption],
    learnt: CollectionModel,
    text_family: TextFamily,
    weights: choice_model.ChoiceWeights,
) -> Choice:
    """The most probable text of one item: word by word for a line, else among whole texts; blank where blanks win."""
    texts = len({voice.normal for voice in each.readings})
    if not some or each.blank_count >= MIN_BLANK_RATIO * len(each.readings):
        share = each.blank_count / max(1, each.blank_count + len(each.readings))
        return Choice(item=each, option=None, share=share, text_count=max(1, texts), majority=majority_text(each))
    if text_family == "line text":
        laid = line_of(each)
        shares = learnt.line_model.weigh(laid)
        whole = tuple(word for word in best_line(shares) if word)
        option = next((option for option in some if option.words == whole), some[0])
        sure = 1.0
        for share_of in shares:
            sure *= max(share_of.values())
        places = sum(len(set(slot)) > 1 for slot in laid.slots)
        return Choice(
            item=each,
            option=option,
            share=sure,
            text_count=texts,
            majority=majority_text(each),
            differing_places=places,
        )
    shared = choice_model.option_probabilities(some, weights)
    place = _likeliest_place(each, some, shared)
    return Choice(item=each, option=some[place], share=shared[place], text_count=texts, majority=majority_text(each))


def _likeliest_place(each: ComparableItem, some: Sequence[TextOption], shared: Sequence[float]) -> int:
    """The likeliest option; what most say stays where a minority is hardly likelier."""
    likeliest = min(range(len(some)), key=lambda number: (-shared[number], some[number].normal))
    votes = Counter(voice.normal for voice in each.readings).most_common(2)
    if len(votes) > 1 and votes[0][1] > votes[1][1] and shared[likeliest] < MIN_MINORITY_PROBABILITY:
        return next(number for number, option in enumerate(some) if option.normal == votes[0][0])
    return likeliest


def majority_text(each: ComparableItem) -> str:
    """What most readings say, blank ones aside; of equals the first in alphabetical order."""
    votes = Counter(voice.normal for voice in each.readings)
    return min(votes, key=lambda normal: (-votes[normal], normal), default="")


def choice_examples(
    heard: Sequence[ComparableItem], possible: Sequence[Sequence[TextOption]]
) -> list[tuple[Sequence[TextOption], int]]:
    """The items whose gold text is among several possible ones: what a choice is fitted on."""
    return [
        (some, normals.index(each.gold))
        for each, some in zip(heard, possible, strict=True)
        if each.gold is not None and len(some) > 1 and each.gold in (normals := [option.normal for option in some])
    ]


def choice_log_odds(chosen: Sequence[Choice], families: dict[str, TextFamily]) -> list[float]:
    """The shipped log odds that each choice is right."""
    facts = field_facts([each.item for each in chosen])
    found = []
    for each in chosen:
        of = families[each.item.item.field]
        found.append(
            choice_calibration.shipped_log_odds(
                features_of(each, facts[each.item.item.field]), shipped_weights.CALIBRATION_WEIGHTS[of], of
            )
        )
    return found


def _choice_weights(
    heard: Sequence[ComparableItem], possible: Sequence[Sequence[TextOption]], families: dict[str, TextFamily]
) -> choice_model.ChoiceWeights:
    known = [
        (each, some)
        for each, some in zip(heard, possible, strict=True)
        if each.gold is not None and families[each.item.field] != "line text"
    ]
    if len(known) < MIN_OWN_CHOICE_ITEMS:
        return shipped_weights.CHOICE_WEIGHTS
    return choice_model.fit_choice(
        choice_examples(*zip(*known, strict=True)), prior_weights=shipped_weights.CHOICE_WEIGHTS, ridge=10.0
    )


def _champions(chosen: Sequence[Choice], families: dict[str, TextFamily]) -> dict[TextFamily, str]:
    """Which decides in each family: the model, until majority is better on enough gold."""
    better: Counter[TextFamily] = Counter()
    known: Counter[TextFamily] = Counter()
    for each in chosen:
        of = families[each.item.item.field]
        if each.item.gold is not None:
            model = each.option.normal if each.option else ""
            known[of] += 1
            better[of] += (each.majority == each.item.gold) - (model == each.item.gold)
    every: tuple[TextFamily, ...] = ("line text", "short text", "typed")
    return {of: "majority" if known[of] >= MIN_CHAMPION_ITEMS and better[of] > 0 else "model" for of in every}


def _as_champion_chooses(champion: str, each: Choice, families: dict[str, TextFamily]) -> Choice:
    """The choice as the champion makes it: majority's text where majority decides."""
    if champion == "model" or each.option is None or each.option.normal == each.majority:
        return each
    voices = tuple(voice for voice in each.item.readings if voice.normal == each.majority)
    share = len(voices) / len(each.item.readings)
    return replace(each, option=TextOption(words=voices[0].words, readings=voices, features=()), share=share)


def _own_calibration(chosen: Sequence[Choice], odds: Sequence[float]) -> OwnCalibration:
    known = [
        (log_odds, each.item.item.field, (each.option.normal if each.option else "") == each.item.gold)
        for each, log_odds in zip(chosen, odds, strict=True)
        if each.item.gold is not None
    ]
    return (
        choice_calibration.fit_own_calibration(known) if len(known) >= MIN_OWN_CALIBRATION_ITEMS else OwnCalibration()
    )


def _result(
    each: Choice,
    sure: float,
    champions: dict[TextFamily, str],
    families: dict[str, TextFamily],
    target: float,
    learnt: CollectionModel,
) -> ItemResult:
    item = each.item.item
    normal = each.option.normal if each.option else ""
    method, reason = _method_and_reason(each, champions[families[item.field]])
    decided = ItemResult(
        item=item,
        text=_written_text(each, learnt),
        normal=normal,
        probability=sure,
        method=method,
        reason=reason,
        ask=sure < target,
        majority=each.majority,
        model=normal,
        model_probability=sure,
    )
    if each.item.gold is None:
        return decided
    return replace(
        decided,
        text=item.gold or "",
        normal=each.item.gold,
        probability=1.0,
        method="gold",
        reason=Evidence(code=EvidenceCode.GOLD),
        ask=False,
    )


def _method_and_reason(each: Choice, champion: str) -> tuple[str, Evidence]:
    readings, blanks = len(each.item.readings), each.item.blank_count
    numbers = {"readings": readings, "blanks": blanks, "texts": each.text_count}
    if each.option is None:
        empty = "blank" if readings + blanks else "unread"
        return empty, Evidence(code=EvidenceCode(f"collection {empty}"), numbers=numbers)
    numbers["votes"] = votes = len(each.option.readings)
    if votes == 0:
        return "composed", Evidence(code=EvidenceCode.COLLECTION_COMPOSED, numbers=numbers)
    if each.text_count == 1:
        alike = "unanimous" if readings > 1 else "single"
        return alike, Evidence(code=EvidenceCode(f"collection {alike}"), numbers=numbers)
    if champion == "majority":
        return "majority", Evidence(code=EvidenceCode.COLLECTION_MAJORITY, numbers=numbers)
    fewer = votes < max(Counter(reading.normal for reading in each.item.readings).values())
    code = EvidenceCode.COLLECTION_MINORITY if fewer else EvidenceCode.COLLECTION_WEIGHED
    return "weighed", Evidence(code=code, numbers=numbers)


def _written_text(each: Choice, learnt: CollectionModel) -> str:
    """The chosen text as most of its writers wrote it; a composed one from the words of those of best standing."""
    if each.option is None:
        return ""
    if each.option.readings:
        written = Counter(voice.text.strip() for voice in each.option.readings)
        return min(written, key=lambda text: (-written[text], text))
    laid = line_of(each.item)
    odds = [learnt.field_rates.log_odds(voice.source, each.item.item.field) for voice in each.item.readings]
    spelt = [iter(written_words(voice.text)) for voice in each.item.readings]
    chosen = best_line(learnt.line_model.weigh(laid))
    result = []
    for slot, word in zip_longest(laid.slots, chosen, fillvalue=""):
        forms = [next(spelling) if said else "" for said, spelling in zip(slot, spelt, strict=True)]
        if word:
            writers = [number for number, said in enumerate(slot) if said == word]
            result.append(forms[max(writers, key=lambda number: (odds[number], -number))])
    return " ".join(result)
