"""The hybrid retriever: words and vectors fused, filters on metadata, and LangChain's way in."""

import pytest

from knowledge.index import SearchIndex, build_index
from knowledge.passages import DOCUMENT, Passage
from knowledge.retrieval import CatalogueRetriever, HybridSearch
from tests.conftest import FakeEmbedder

PASSAGES = [
    Passage("a.1", "een lening voor een prototype", "fact", "nl", "leenfonds", "leenfonds.lening", 2024),
    Passage("a.2", "de lening loopt vijf jaar", "fact", "nl", "leenfonds", "leenfonds.duur", 2021),
    Passage("b.1", "subsidie voor een haalbaarheidsstudie", "fact", "nl", "studiegeld", "studiegeld.doel", 2024),
    Passage("c.1", "belasting terug voor een zuinige oven", "question", "nl", "aftrek"),
    Passage("a.en", "a loan for a prototype", "fact", "en", "leenfonds", "leenfonds.lening", 2024),
    Passage("d.1", "het origineel over leningen", DOCUMENT, "nl", year=2020, document="rapport", locator="p. 3"),
]


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retrieval")
    embedder = FakeEmbedder()
    build_index(folder, PASSAGES, embedder, "fake")
    return HybridSearch(SearchIndex(folder, embedder, "fake"), embedder)


def test_the_passage_with_the_words_of_the_question_comes_first(search):
    hits = search.search("een lening voor een prototype", "nl")
    assert hits[0].document.metadata["id"] == "a.1"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.score >= 0 for hit in hits)


def test_a_compound_meets_its_parts(search):
    by_words = {hit.document.metadata["id"] for hit in search.search("ovenlening", "nl") if hit.lexical}
    assert by_words == {"a.1", "a.2", "c.1", "d.1"}


def test_only_passages_of_the_language_are_found(search):
    assert {hit.document.metadata["language"] for hit in search.search("prototype", "en")} == {"en"}


@pytest.mark.parametrize(
    ("where", "wanted"),
    [({"instrument": "leenfonds"}, {"a.1", "a.2"}), ({"year": 2024}, {"a.1", "b.1"}), ({"kind": "question"}, {"c.1"})],
)
def test_metadata_filters(search, where, wanted):
    assert {hit.document.metadata["id"] for hit in search.search("lening prototype studie oven", "nl", where)} == wanted


def test_filters_together(search):
    hits = search.search("lening", "nl", {"instrument": "leenfonds", "year": 2021})
    assert [hit.document.metadata["id"] for hit in hits] == ["a.2"]


def test_every_instrument_appears_once_best_first(search):
    found = search.instruments("een lening voor een prototype", "nl")
    assert found[0].instrument == "leenfonds"
    assert len({hit.instrument for hit in found}) == len(found)
    assert "" not in {hit.instrument for hit in found}


def test_originals_are_found_apart_from_the_catalogue(search):
    assert [hit.document.metadata["id"] for hit in search.search_originals("leningen", "nl")] == ["d.1"]
    assert search.original("rapport", "p. 3") == "het origineel over leningen"
    assert search.original("rapport", "p. 4") is None


@pytest.mark.parametrize("query", ["", "   ", "???", "\x00", "xyzzy"])
def test_a_query_of_nothing_is_no_error(search, query):
    assert isinstance(search.search(query, "nl"), list)
    assert isinstance(search.instruments(query, "nl"), list)


def test_langchain_retriever_gives_the_same_documents(search):
    retriever = CatalogueRetriever(search_engine=search, language="nl", k=2)
    documents = retriever.invoke("een lening voor een prototype")
    assert documents == [hit.document for hit in search.search("een lening voor een prototype", "nl")[:2]]


def test_langchain_retriever_takes_filters_and_runs_in_batches(search):
    retriever = CatalogueRetriever(search_engine=search, where={"instrument": "leenfonds"}, k=5)
    many = retriever.batch(["lening", "prototype"])
    assert [{document.metadata["instrument"] for document in found} for found in many] == [{"leenfonds"}] * 2
