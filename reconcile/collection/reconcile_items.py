"""Reconcile a collection: hear its items, learn from all of them, choose each one's text and say how probable it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from reconcile.algorithms import best_line, written_words
from reconcile.algorithms import learn_line_model as learn_line_model
from reconcile.collection import choice_calibration, choice_model, shipped_weights, source_standing
from reconcile.collection.choice_calibration import Own
from reconcile.collection.choice_features import Chosen, circumstances, facts_of
from reconcile.collection.comparable_texts import Family, family, hear, types
from reconcile.collection.items import Heard, Item, Result
from reconcile.collection.text_options import Learnt, Option, lexicon, line, options
from transcribe.codes import EvidenceCode
from transcribe.model import Evidence

OWN_GOLD = 50
"""From so many gold items on they bend the shipped probabilities."""

OWN_CHOICE = 400
"""From so many gold items on they bend the shipped weights of the choice: with 100 the choice was the worse for it."""

CONTEST = 100
"""So many gold items must be known before majority can take a family's decisions back."""

MINORITY = 0.55
"""The least share at which a text that fewer read is written: plainly likelier than not, or it stays with majority."""

BLANK_WINS = 4.0
"""A blank is believed against a text where at least so many times as many sources left it blank: to overlook a field is
common, to invent one is rare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """A collection's results, in the order of its items, and what decided: "model" or "majority" for each family."""

    results: tuple[Result, ...]
    types: dict[str, str]
    families: dict[str, Family]
    champions: dict[Family, str]


def reconcile_items(items: Sequence[Item], *, target: float = 0.95, locale: str = "en_GB") -> Reconciled:
    """The most probable text of every item, whatever the order of items and readings.

    Args:
        items: of one collection; items with `gold` teach what is learnt, and keep their gold text.
        target: an item less probable than this is asked again.
        locale: how its dates and amounts are written.
    """
    of_type = types(items, locale)
    heard = hear(items, of_type, locale)
    by_field: dict[str, list[Heard]] = defaultdict(list)
    for each in heard:
        by_field[each.item.field].append(each)
    families = {field: family(some, of_type[field]) for field, some in by_field.items()}
    learnt = learn(heard)
    possible = [options(each, learnt) if each.voices else [] for each in heard]
    weights = _choice_weights(heard, possible, families)
    chosen = [
        choose(each, some, learnt, families[each.item.field], weights)
        for each, some in zip(heard, possible, strict=True)
    ]
    champions = _contest(chosen, families)
    chosen = [_under(champions[families[each.heard.item.field]], each, families) for each in chosen]
    odds = odds_of(chosen, families)
    own = _own(chosen, odds)
    results = [
        _result(
            each,
            choice_calibration.probability(log_odds, each.heard.item.field, own),
            champions,
            families,
            target,
            learnt,
        )
        for each, log_odds in zip(chosen, odds, strict=True)
    ]
    return Reconciled(results=tuple(results), types=of_type, families=families, champions=champions)


def learn(heard: Sequence[Heard]) -> Learnt:
    """What the readings of a collection teach: source rates, standings, words."""
    return Learnt(
        lines=learn_line_model([line(each) for each in heard if each.voices]),
        by_field=source_standing.learn(heard, by_field=True),
        overall=source_standing.learn(heard, by_field=False),
        lexicon=lexicon(heard),
    )


def choose(each: Heard, some: Sequence[Option], learnt: Learnt, of: Family, weights: choice_model.Weights) -> Chosen:
    """The most probable text of one item: word by word for a line, else among whole texts; blank where blanks win."""
    texts = len({voice.normal for voice in each.voices})
    if not some or each.blanks >= BLANK_WINS * len(each.voices):
        share = each.blanks / max(1, each.blanks + len(each.voices))
        return Chosen(heard=each, option=None, share=share, texts=max(1, texts), majority=majority(each))
    if of == "line text":
        laid = line(each)
        shares = learnt.lines.weigh(laid)
        whole = tuple(word for word in best_line(shares) if word)
        option = next((option for option in some if option.words == whole), some[0])
        sure = 1.0
        for share_of in shares:
            sure *= max(share_of.values())
        places = sum(len(set(slot)) > 1 for slot in laid.slots)
        return Chosen(heard=each, option=option, share=sure, texts=texts, majority=majority(each), places=places)
    shared = choice_model.shares(some, weights)
    place = _place(each, some, shared)
    return Chosen(heard=each, option=some[place], share=shared[place], texts=texts, majority=majority(each))


def _place(each: Heard, some: Sequence[Option], shared: Sequence[float]) -> int:
    """The likeliest option; what most say stays where a minority is hardly likelier."""
    likeliest = min(range(len(some)), key=lambda number: (-shared[number], some[number].normal))
    votes = Counter(voice.normal for voice in each.voices).most_common(2)
    if len(votes) > 1 and votes[0][1] > votes[1][1] and shared[likeliest] < MINORITY:
        return next(number for number, option in enumerate(some) if option.normal == votes[0][0])
    return likeliest


def majority(each: Heard) -> str:
    """What most readings say, blank ones aside; of equals the first in alphabetical order."""
    votes = Counter(voice.normal for voice in each.voices)
    return min(votes, key=lambda normal: (-votes[normal], normal), default="")


def told(heard: Sequence[Heard], possible: Sequence[Sequence[Option]]) -> list[tuple[Sequence[Option], int]]:
    """The items whose gold text is among several possible ones: what a choice is fitted on."""
    return [
        (some, normals.index(each.gold))
        for each, some in zip(heard, possible, strict=True)
        if each.gold is not None and len(some) > 1 and each.gold in (normals := [option.normal for option in some])
    ]


def odds_of(chosen: Sequence[Chosen], families: dict[str, Family]) -> list[float]:
    """The shipped log odds that each choice is right."""
    facts = facts_of([each.heard for each in chosen])
    found = []
    for each in chosen:
        of = families[each.heard.item.field]
        found.append(
            choice_calibration.log_odds(
                circumstances(each, facts[each.heard.item.field]), shipped_weights.HONEST[of], of
            )
        )
    return found


def _choice_weights(
    heard: Sequence[Heard], possible: Sequence[Sequence[Option]], families: dict[str, Family]
) -> choice_model.Weights:
    known = [
        (each, some)
        for each, some in zip(heard, possible, strict=True)
        if each.gold is not None and families[each.item.field] != "line text"
    ]
    if len(known) < OWN_CHOICE:
        return shipped_weights.CHOICE
    return choice_model.fit(told(*zip(*known, strict=True)), around=shipped_weights.CHOICE, ridge=10.0)


def _contest(chosen: Sequence[Chosen], families: dict[str, Family]) -> dict[Family, str]:
    """Which decides in each family: the model, until majority is better on enough gold."""
    better: Counter[Family] = Counter()
    known: Counter[Family] = Counter()
    for each in chosen:
        of = families[each.heard.item.field]
        if each.heard.gold is not None:
            model = each.option.normal if each.option else ""
            known[of] += 1
            better[of] += (each.majority == each.heard.gold) - (model == each.heard.gold)
    every: tuple[Family, ...] = ("line text", "short text", "typed")
    return {of: "majority" if known[of] >= CONTEST and better[of] > 0 else "model" for of in every}


def _under(champion: str, each: Chosen, families: dict[str, Family]) -> Chosen:
    """The choice as the champion makes it: majority's text where majority decides."""
    if champion == "model" or each.option is None or each.option.normal == each.majority:
        return each
    voices = tuple(voice for voice in each.heard.voices if voice.normal == each.majority)
    share = len(voices) / len(each.heard.voices)
    return replace(each, option=Option(words=voices[0].words, voices=voices, features=()), share=share)


def _own(chosen: Sequence[Chosen], odds: Sequence[float]) -> Own:
    known = [
        (log_odds, each.heard.item.field, (each.option.normal if each.option else "") == each.heard.gold)
        for each, log_odds in zip(chosen, odds, strict=True)
        if each.heard.gold is not None
    ]
    return choice_calibration.fit_own(known) if len(known) >= OWN_GOLD else Own()


def _result(
    each: Chosen,
    sure: float,
    champions: dict[Family, str],
    families: dict[str, Family],
    target: float,
    learnt: Learnt,
) -> Result:
    item = each.heard.item
    normal = each.option.normal if each.option else ""
    method, reason = _story(each, champions[families[item.field]])
    decided = Result(
        item=item,
        text=_text(each, learnt),
        normal=normal,
        probability=sure,
        method=method,
        reason=reason,
        ask=sure < target,
        majority=each.majority,
        model=normal,
        model_probability=sure,
    )
    if each.heard.gold is None:
        return decided
    return replace(
        decided,
        text=item.gold or "",
        normal=each.heard.gold,
        probability=1.0,
        method="gold",
        reason=Evidence(code=EvidenceCode.GOLD),
        ask=False,
    )


def _story(each: Chosen, champion: str) -> tuple[str, Evidence]:
    readings, blanks = len(each.heard.voices), each.heard.blanks
    numbers = {"readings": readings, "blanks": blanks, "texts": each.texts}
    if each.option is None:
        empty = "blank" if readings + blanks else "unread"
        return empty, Evidence(code=EvidenceCode(f"collection {empty}"), numbers=numbers)
    numbers["votes"] = votes = len(each.option.voices)
    if votes == 0:
        return "composed", Evidence(code=EvidenceCode.COLLECTION_COMPOSED, numbers=numbers)
    if each.texts == 1:
        alike = "unanimous" if readings > 1 else "single"
        return alike, Evidence(code=EvidenceCode(f"collection {alike}"), numbers=numbers)
    if champion == "majority":
        return "majority", Evidence(code=EvidenceCode.COLLECTION_MAJORITY, numbers=numbers)
    fewer = votes < max(Counter(voice.normal for voice in each.heard.voices).values())
    code = EvidenceCode.COLLECTION_MINORITY if fewer else EvidenceCode.COLLECTION_WEIGHED
    return "weighed", Evidence(code=code, numbers=numbers)


def _text(each: Chosen, learnt: Learnt) -> str:
    """The chosen text as most of its writers wrote it; a composed one from the words of those of best standing."""
    if each.option is None:
        return ""
    if each.option.voices:
        written = Counter(voice.text.strip() for voice in each.option.voices)
        return min(written, key=lambda text: (-written[text], text))
    laid = line(each.heard)
    odds = [learnt.by_field.log_odds(voice.who, each.heard.item.field) for voice in each.heard.voices]
    spelt = [iter(written_words(voice.text)) for voice in each.heard.voices]
    chosen = best_line(learnt.lines.weigh(laid))
    result = []
    for slot, word in zip_longest(laid.slots, chosen, fillvalue=""):
        forms = [next(spelling) if said else "" for said, spelling in zip(slot, spelt, strict=True)]
        if word:
            writers = [number for number, said in enumerate(slot) if said == word]
            result.append(forms[max(writers, key=lambda number: (odds[number], -number))])
    return " ".join(result)
