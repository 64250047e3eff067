"""Nothing that the product is measured on stands among the texts that its embedder learnt from."""

from __future__ import annotations

from eval.cases import load_cases
from eval.leakage import messages_of, near_duplicates
from eval.search_tasks import gold_questions
from knowledge.embedding.pairs import written_pairs

NEAR = 0.7


def test_no_case_is_a_training_question():
    training = [pair.query for pair in written_pairs()]
    assert near_duplicates(messages_of(load_cases().cases), training, NEAR) == []


def test_no_gold_question_is_a_training_question():
    training = [pair.query for pair in written_pairs()]
    assert near_duplicates([(entry.id, entry.question) for entry in gold_questions()], training, NEAR) == []


def test_a_training_question_among_the_cases_would_be_seen():
    some = [pair.query for pair in written_pairs() if len(pair.query.split()) > 8][:50]
    assert len(near_duplicates([(str(n), text.upper()) for n, text in enumerate(some)], some, NEAR)) >= 50
