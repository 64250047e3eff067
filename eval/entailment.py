"""Does what is cited bear out what a sentence says? Deterministic: the same answer every time, no model.

A sentence is borne out when (1) each figure, year and date in it stands in what it cites, (2) so does
each name, unless it is the cited instrument's own, and (3) at least half of its other words (stemmed,
without stopwords) do. The entrepreneur's own words are no claim: they may come back uncited.

This stands in for the natural-language-inference model of ALCE, whose definitions of citation recall
and precision are kept (Gao, Yen, Yu & Chen, "Enabling large language models to generate text with
citations", EMNLP 2023, § 4). It is stricter on figures and names, where a wrong answer does harm, and
laxer on paraphrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from typing import Final

import yaml

from eval.frames import filled_in
from eval.text import Place, Sentence
from knowledge.analysis import Analyzer
from knowledge.catalogue import Catalogue
from knowledge.figures import figures, missing_figures, missing_names
from knowledge.models import LANGUAGES, Evaluation, Instrument, Language

LEAST_OVERLAP: Final = 0.5
_RESTATES: Final = 0.75
_FEWEST_TERMS: Final = 4


@dataclass(frozen=True, slots=True)
class Support:
    """What one citation offers: figures must stand in ``text``; words may also stand in ``words``.

    ``words`` holds what the catalogue's author rests on the same fact (the criterion's wording, the
    one-sentence summary, the first step), ``names`` what the cited instrument is called and who runs it.
    """

    text: str
    words: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asker:
    """What the entrepreneur said: figures and names that an answer may repeat without a source."""

    said: str = ""

    @cached_property
    def figures(self) -> frozenset[object]:
        return frozenset(entry.value for language in LANGUAGES for entry in figures(self.said, language))


NOBODY: Final = Asker()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reasons`` empty: borne out."""

    reasons: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.reasons


def entails(supports: Sequence[Support], claim: str, language: Language, asker: Asker = NOBODY) -> Verdict:
    """Is a claim borne out by what is cited, taken together?"""
    wrong = unsupported_figures(supports, claim, language, asker)
    reasons = [f"'{shown}' stands in nothing that it cites" for shown in wrong]
    text = " ".join(support.text for support in supports)
    around = " ".join(support.words for support in supports)
    known = [asker.said, *(name for support in supports for name in support.names)]
    passage = f"{text} {around}"
    reasons += [f"the name '{name}' stands in nothing that it cites" for name in missing_names(claim, passage, known)]
    overlap = term_overlap(claim, f"{passage} {' '.join(known)}", language)
    if overlap < LEAST_OVERLAP:
        reasons.append(f"{overlap:.0%} of its words stand in what it cites")
    return Verdict(tuple(reasons))


def unsupported_figures(supports: Sequence[Support], claim: str, language: Language, asker: Asker = NOBODY) -> list[str]:
    """Figures of a claim that stand neither in what it cites nor in the entrepreneur's own words."""
    own = [entry.shown for entry in figures(claim, language) if entry.value in asker.figures]
    missing = missing_figures(claim, language, " \n ".join(support.text for support in supports), language)
    for shown in own:
        if shown in missing:
            missing.remove(shown)
    return missing


def term_overlap(claim: str, passage: str, language: Language) -> float:
    """The share of a claim's terms that a passage has too; 1 where the claim has none of its own."""
    terms = _terms(re.sub(r"\d[\d.,]*", " ", claim), language)
    return len(terms & _terms(passage, language)) / len(terms) if terms else 1.0


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """One sentence as ALCE sees it: borne out by all that it cites, and which citations it can't miss."""

    sentence: Sentence
    supported: bool
    reasons: tuple[str, ...]
    precise: tuple[bool, ...]


def judge(sentence: Sentence, supports: Sequence[Support | None], language: Language, asker: Asker = NOBODY) -> CitedSentence:
    """ALCE's recall and precision of one sentence. Of the composer's own phrases only what fills them is judged.

    Recall is 1 when it cites something and all that it cites, taken together, bears it out. A
    citation is precise when recall is 1 and it is not irrelevant; irrelevant is one that does not
    bear the sentence out by itself while the others do without it. ``None``: a marker that resolves
    to nothing; it makes recall 0.
    """
    if not supports or any(support is None for support in supports):
        reason = "it cites nothing" if not supports else "a marker resolves to no citation"
        return CitedSentence(sentence, False, (reason,), tuple(False for _ in supports))
    found = [support for support in supports if support is not None]
    filling = filled_in(sentence.text, language)
    claim = sentence.claim if filling is None else filling
    verdict = entails(found, claim, language, asker)
    if not verdict.holds:
        return CitedSentence(sentence, False, verdict.reasons, tuple(False for _ in found))
    precise = tuple(len(found) == 1 or _is_needed(found, index, claim, language, asker) for index in range(len(found)))
    return CitedSentence(sentence, True, (), precise)


def _is_needed(supports: Sequence[Support], index: int, claim: str, language: Language, asker: Asker) -> bool:
    if entails([supports[index]], claim, language, asker).holds:
        return True
    others = [support for place, support in enumerate(supports) if place != index]
    return not entails(others, claim, language, asker).holds


@dataclass(frozen=True)
class Library:
    """The catalogue as the judge of citations needs it."""

    catalogue: Catalogue
    _texts: dict[tuple[str, str], list[str]] = field(default_factory=dict, repr=False)
    _supports: dict[tuple[str, str], Support] = field(default_factory=dict, repr=False)
    _restated: dict[tuple[str, Language], bool] = field(default_factory=dict, repr=False)

    def support(self, fact: str, text: str, as_of: str, language: Language) -> Support:
        """What a citation of this fact offers: its ``text``, and the year of its ``as_of``, as the reply gives them."""
        return Support(f"{text} \n {as_of[:4]} {self._extra(fact, language).text}", *self._around(fact, language))

    def _around(self, fact: str, language: Language) -> tuple[str, tuple[str, ...]]:
        extra = self._extra(fact, language)
        return extra.words, extra.names

    def _extra(self, fact: str, language: Language) -> Support:
        key = (fact, language)
        if key not in self._supports:
            entry = self.catalogue.grounded.get(fact)
            self._supports[key] = Support("") if entry is None else self._resting_on(entry[0], fact, language)
        return self._supports[key]

    def _resting_on(self, instrument: Instrument, fact: str, language: Language) -> Support:
        item = self.catalogue.fact(fact)
        source = self.catalogue.source_of(instrument, item)
        local = item.id
        own = (instrument.in_short, *instrument.steps)
        resting = [cited.text.of(language) for cited in own if cited.fact == local]
        resting += [criterion.requires.of(language) for criterion in instrument.criteria if criterion.fact == local]
        names = [*names_of(instrument), source.author, source.title]
        year = ""
        if isinstance(item, Evaluation):
            year = str(item.year)
            resting += [item.measured.of(language), item.holds_for.of(language) if item.holds_for else ""]
            names.append(item.evaluator)
        linked = [link.with_ for link in instrument.combinations if link.fact == local]
        if local == instrument.status.fact:
            linked += instrument.status.successors
        others = [self.catalogue.instruments[id_] for id_ in linked if id_ in self.catalogue.instruments]
        names += [name for other in others for name in names_of(other)]
        return Support(year, " ".join(resting), tuple(names))

    def is_factual(self, sentence: Sentence, language: Language, asker: Asker, furniture: Iterable[str] = ()) -> bool:
        """Does a sentence state something that needs a source?

        It does when it has a marker, when it has a figure that the entrepreneur did not give, or
        when it says what a fact of an instrument that it names says. Headings and questions state
        nothing; nor does ``furniture`` (the question put to the entrepreneur and its options).
        """
        if sentence.markers:
            return True
        if sentence.place is Place.HEADING or sentence.is_question:
            return False
        if any(sentence.text in piece for piece in furniture):
            return False
        if unsupported_figures((), sentence.claim, language, asker):
            return True
        key = (sentence.claim, language)
        if key not in self._restated:
            self._restated[key] = self._restates(*key)
        return self._restated[key]

    def _restates(self, claim: str, language: Language) -> bool:
        terms = _terms(claim, language)
        if len(terms) < _FEWEST_TERMS:
            return False
        folded = f" {claim.lower()} "
        for instrument in self.catalogue:
            if any(_names_it(name, folded) for name in self._names(instrument)):
                for fact in self._facts(instrument, language):
                    if len(terms & _terms(fact, language)) / len(terms) >= _RESTATES:
                        return True
        return False

    def _names(self, instrument: Instrument) -> list[str]:
        return self._texts.setdefault((instrument.id, "names"), [name.lower() for name in names_of(instrument)])

    def _facts(self, instrument: Instrument, language: Language) -> list[str]:
        texts = [item.text.of(language) for item in instrument.grounded]
        return self._texts.setdefault((instrument.id, language), texts)

    @cached_property
    def all_names(self) -> tuple[str, ...]:
        """All that instruments are called, the longest first: names that an answer has to use."""
        names = {name for instrument in self.catalogue for name in names_of(instrument)}
        return tuple(sorted(names, key=len, reverse=True))


def names_of(instrument: Instrument) -> tuple[str, ...]:
    """What an instrument is called, and who runs it, in both languages."""
    called = (instrument.name.nl, instrument.name.en, *instrument.aliases.nl, *instrument.aliases.en)
    return (
        *called,
        instrument.runs_it.nl,
        instrument.runs_it.en,
        *(name for desk in instrument.desks for name in (desk.name.nl, desk.name.en)),
    )


def _names_it(name: str, folded: str) -> bool:
    """Does it stand there as words of its own? Most names stand nowhere in it, which needs no expression."""
    return name in folded and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded) is not None


@lru_cache(maxsize=20_000)
def _terms(text: str, language: Language) -> frozenset[str]:
    return frozenset(_analyzer(language).terms(text))


@lru_cache(maxsize=2)
def _analyzer(language: Language) -> Analyzer:
    data = yaml.safe_load(resources.files("knowledge").joinpath("language.yaml").read_text("utf-8"))
    return Analyzer(language, (), data[language]["stopwords"], {}, compounds=False)
