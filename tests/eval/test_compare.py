"""Retrievers side by side, on the invented catalogue and an invented document."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.compare import OWN, ablation, compare, with_typos
from eval.errors import CaseError
from eval.search_tasks import GoldQuestion, Query, SearchTask, catalogue_task, documents_task, gold_questions
from knowledge.catalogue import Catalogue
from knowledge.passages import catalogue_passages
from tests.conftest import FakeEmbedder

pytest.importorskip("langchain_classic", reason="the EnsembleRetriever comes with the test extra")


@pytest.fixture
def task(tiny: Catalogue) -> SearchTask:
    queries = (
        Query("een", "Wie betaalt een proef met mijn prototype?", "nl", ("proefbon",)),
        Query("twee", "I want a loan to grow", "en", ("groeilening",)),
    )
    return replace(catalogue_task(tiny, []), queries=queries)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "brief.txt").write_text("De proef kost geld.\n\nDe lening is voor groei.\n", "utf-8")
    return tmp_path


def test_every_engine_is_measured_on_every_language(task: SearchTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.compare.open_embedder", lambda name: FakeEmbedder())
    lines = compare([task], [FakeEmbedder()])
    engines = {line.engine for line in lines}
    assert {"BM25", "dense, own", OWN} <= engines
    assert len(lines) == 3 * len(engines)
    for line in lines:
        assert 0 <= line.recall_at_5 <= 1
        assert line.index_mb > 0
    (own,) = (line for line in lines if line.engine == OWN and not line.language)
    assert own.recall_at_5 == 1.0


def test_the_ablation_takes_each_part_out(task: SearchTask) -> None:
    lines = ablation(task, FakeEmbedder())
    names = [line.engine for line in lines]
    assert names[0] == "everything"
    assert {"without vectors", "without BM25", "without entrepreneurs' questions"} <= set(names)


def test_documents_are_searched_by_place(documents: Path) -> None:
    gold = [GoldQuestion(id="d1", language="nl", question="Waar is de lening voor?", passages=("brief p. 1, al. 2",))]
    made = documents_task(documents, gold)
    assert [query.expected_any for query in made.queries] == [("brief/p. 1, al. 2",)]
    lines = ablation(made, FakeEmbedder())
    assert next(line for line in lines if line.engine == "everything").mrr == 1.0


def test_a_gold_passage_that_is_not_there_is_named(documents: Path) -> None:
    gold = [GoldQuestion(id="d1", language="nl", question="Waar?", passages=("brief p. 9, al. 9",))]
    with pytest.raises(CaseError, match=r"d1.*brief/p\. 9, al\. 9"):
        documents_task(documents, gold)


def test_a_wrong_gold_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "vragen.yaml").write_text("- {id: d1, language: nl, question: Waar?}\n", "utf-8")
    with pytest.raises(CaseError, match="passages"):
        gold_questions(tmp_path / "vragen.yaml")


def test_there_are_gold_questions_in_both_languages() -> None:
    gold = gold_questions()
    assert len(gold) >= 100
    assert len({entry.id for entry in gold}) == len(gold)
    assert {entry.language for entry in gold} == {"nl", "en"}


def test_typos_change_the_questions_and_not_the_answers(task: SearchTask) -> None:
    rough = with_typos(task)
    assert [query.expected for query in rough.queries] == [query.expected for query in task.queries]
    assert any(query.text != own.text for query, own in zip(rough.queries, task.queries, strict=True))
    assert json.dumps([query.text for query in rough.queries]) == json.dumps([query.text for query in with_typos(task).queries])


def test_the_passages_of_the_catalogue_are_all_there(task: SearchTask, tiny: Catalogue) -> None:
    assert task.passages == tuple(catalogue_passages(tiny))
