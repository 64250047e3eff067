"""ALCE's citation recall and precision with the deterministic check, over the invented catalogue."""

import pytest

from eval.entailment import Asker, Library, Support, entails, judge, term_overlap
from eval.frames import filled_in
from eval.text import sentences

FACT = Support("In 2024 was de Proefbon hoogstens € 5.000.", names=("Proefbon",))
OTHER = Support("De Groeilening is een lening voor bedrijven die groeien.", names=("Groeilening",))


def one(markdown):
    (sentence,) = sentences(markdown)
    return sentence


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("De Proefbon was in 2024 hoogstens € 5.000.", True),
        ("In 2024 was de Proefbon hoogstens 5 duizend euro.", True),
        ("In 2024 was de Proefbon hoogstens € 6.000.", False),
        ("In 2025 was de Proefbon hoogstens € 5.000.", False),
        ("In 2024 was de Innovatiebon hoogstens € 5.000.", False),
        ("In 2024 kregen alle bakkers gratis meel, suiker en gist.", False),
    ],
)
def test_figures_names_and_words_must_stand_in_what_is_cited(claim, holds):
    assert entails([FACT], claim, "nl").holds is holds


def test_what_the_entrepreneur_said_needs_no_source():
    assert not entails([FACT], "U heeft 12 mensen, en de Proefbon was hoogstens € 5.000.", "nl").holds
    assert entails(
        [FACT], "U heeft 12 mensen, en de Proefbon was hoogstens € 5.000.", "nl", Asker("wij zijn met 12 mensen")
    ).holds


def test_english_figures_are_read_as_english():
    fact = Support("In 2024 the Test voucher was € 5,000 at most.", names=("Test voucher",))
    assert entails([fact], "The Test voucher was at most € 5,000 in 2024.", "en").holds


def test_overlap_is_of_stems_without_stopwords():
    assert term_overlap("De leningen van bedrijven", "een lening voor een bedrijf", "nl") == 1
    assert term_overlap("de het een", "niets", "nl") == 1
    assert term_overlap("bakkers bakken", "lening", "nl") == 0


def test_recall_is_0_without_a_citation_or_with_one_that_resolves_to_nothing():
    sentence = one("In 2024 was de Proefbon hoogstens € 5.000.")
    assert not judge(sentence, [], "nl").supported
    assert not judge(sentence, [FACT, None], "nl").supported


def test_a_citation_that_the_others_do_without_is_imprecise():
    result = judge(one("In 2024 was de Proefbon hoogstens € 5.000 [1][2]."), [FACT, OTHER], "nl")
    assert (result.supported, result.precise) == (True, (True, False))


def test_two_citations_that_bear_it_out_together_are_both_precise():
    sentence = one("De Proefbon was hoogstens € 5.000; de Groeilening is een lening voor bedrijven die groeien [1][2].")
    result = judge(sentence, [FACT, OTHER], "nl")
    assert (result.supported, result.precise) == (True, (True, True))


def test_an_unsupported_sentence_gives_no_credit_for_its_citations():
    result = judge(one("In 2024 was de Proefbon hoogstens € 9.999 [1]."), [FACT], "nl")
    assert (result.supported, result.precise) == (False, (False,))
    assert "9.999" in result.reasons[0]


def test_of_the_composers_phrases_only_the_filling_is_judged():
    assert filled_in("Vraag bij Bureau Proef of ze nog kloppen.", "nl") == "Bureau Proef"
    assert filled_in("Zomaar een zin van een model.", "nl") is None
    known = Support("De Proefbon is in 2026 open.", names=("Bureau Proef",))
    assert judge(one("Vraag bij Bureau Proef of ze nog kloppen [1]."), [known], "nl").supported
    assert not judge(one("Vraag bij de Belastingdienst of ze nog kloppen [1]."), [known], "nl").supported


@pytest.mark.parametrize(
    ("markdown", "factual"),
    [
        ("Dit past bij u.", False),
        ("Hoeveel mensen werken er in 2026?", False),
        ("## Proefbon 2026", False),
        ("U krijgt hoogstens € 5.000.", True),
        ("U heeft 12 mensen.", False),
        ("Dit past bij u [1].", True),
        ("De Proefbon betaalt een proef met een prototype.", True),
        ("De Proefbon past bij u.", False),
        ("2 tot 9", False),
    ],
)
def test_which_sentences_need_a_source(tiny, markdown, factual):
    library = Library(tiny)
    assert library.is_factual(one(markdown), "nl", Asker("met 12 mensen"), ["Hoeveel?", "2 tot 9"]) is factual


def test_a_sentence_that_comes_back_is_looked_up_once(tiny, monkeypatch):
    library = Library(tiny)
    sentence = one("De Proefbon betaalt een proef met een prototype.")
    assert library.is_factual(sentence, "nl", Asker())
    monkeypatch.setattr(Library, "_restates", lambda *_: pytest.fail("judged anew"))
    assert library.is_factual(sentence, "nl", Asker())


def test_a_name_inside_a_word_is_no_name(tiny):
    library = Library(tiny)
    assert not library.is_factual(one("Een proefbonnetje betaalt een proef met een prototype."), "nl", Asker())


def test_a_fact_lends_the_words_that_rest_on_it_but_not_their_figures(tiny):
    support = Library(tiny).support("proefbon.audience", "De Proefbon is er.", "2026", "nl")
    assert "minder dan 50 mensen" in support.words
    assert not entails([support], "De Proefbon is er voor minder dan 50 mensen.", "nl").holds


def test_the_year_of_a_finding_and_of_a_fact_may_be_given(tiny):
    library = Library(tiny)
    text = tiny.fact("proefbon.effect").text.nl
    support = library.support("proefbon.effect", text, "2020", "nl")
    assert entails([support], "Bureau Meet vond in 2020 weinig effect bij heel kleine bedrijven.", "nl").holds
    assert not entails([support], "Bureau Meet vond in 2021 weinig effect bij heel kleine bedrijven.", "nl").holds


def test_a_citation_of_an_unknown_fact_offers_its_text_only(tiny):
    assert Library(tiny).support("proefbon.weg", "Tekst.", "2024", "nl").names == ()
