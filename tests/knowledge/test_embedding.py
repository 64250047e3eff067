"""The packaged embedder: it loads without a network, knows Dutch, and is what its recipe says."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.catalogue import Catalogue
from knowledge.embedding import open_embedder
from knowledge.embedding.embedder import packaged_model
from knowledge.embedding.pairs import catalogue_pairs, digest, roughen, written_pairs
from knowledge.embedding.train import Recipe, Training
from knowledge.errors import EmbedderError
from knowledge.passages import catalogue_passages

LARGEST_MB = 30


@pytest.fixture(scope="module")
def model() -> Path:
    folder = packaged_model()
    assert folder is not None
    return folder


def test_the_model_is_small(model: Path) -> None:
    size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file()) / 1e6
    assert size <= LARGEST_MB


def test_the_model_was_trained_on_the_questions_as_they_stand(model: Path) -> None:
    recipe = json.loads((model / "recipe.json").read_text("utf-8"))
    assert recipe["digest"] == digest(written_pairs()), "train it again: python -m knowledge.embedding.train"
    assert {name: recipe[name] for name in ("seed", "epochs", "dimensions")} == {
        name: getattr(Recipe(), name) for name in ("seed", "epochs", "dimensions")
    }


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("de bank wil geen lening geven", "borgstelling voor een krediet", "subsidie voor zonnepanelen"),
        ("we want to sell abroad", "steun bij export naar een nieuw land", "korting op loonheffing voor speurwerk"),
        ("wie betaalt mijn patent", "vergoeding voor een octrooi", "een coach voor de winkelier"),
    ],
)
def test_everyday_words_are_near_official_ones(question: str, near: str, far: str) -> None:
    asked, right, wrong = np.array(open_embedder("packaged").embed_documents([question, near, far]))
    assert asked @ right > asked @ wrong


def test_vectors_have_length_one_and_queries_are_remembered() -> None:
    embedder = open_embedder("packaged")
    first, again = embedder.embed_query("een proef in de kas"), embedder.embed_query("een proef in de kas")
    assert first is again
    assert np.linalg.norm(first) == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(embedder.embed_query("")).all()


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(EmbedderError, match="no-such-model"):
        open_embedder("./no-such-model")


def test_prefixes_make_another_embedder() -> None:
    plain, prefixed = open_embedder("packaged"), open_embedder("packaged", "query: ", "passage: ")
    assert plain.identity != prefixed.identity
    assert plain.embed_query("export") != prefixed.embed_query("export")


def test_training_learns_and_is_seeded(tiny: Catalogue) -> None:
    passages = list(catalogue_passages(tiny))
    pairs = list(dict.fromkeys(catalogue_pairs(tiny, passages)))
    recipe = replace(Recipe(), pieces=400, dimensions=32, epochs=12, batch=8)
    trainings = [Training(recipe, passages, pairs) for _ in range(2)]
    before = trainings[0].recall(pairs, 1)
    for training in trainings:
        training.run(lambda line: None)
    assert trainings[0].recall(pairs, 1) > before
    assert np.array_equal(*(training.vectors.weight.detach().numpy() for training in trainings))


def test_a_trained_model_is_loaded_like_any_other(tiny: Catalogue, tmp_path: Path) -> None:
    passages = list(catalogue_passages(tiny))
    pairs = list(catalogue_pairs(tiny, passages))
    training = Training(replace(Recipe(), pieces=300, dimensions=16), passages, pairs)
    training.save(tmp_path / "model", {"pairs": len(pairs)})
    vector = open_embedder(str(tmp_path / "model")).embed_query("een proef")
    assert len(vector) == 16


def test_a_line_without_its_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "questions-1.tsv").write_text("wbso\tnl\tEen vraag?\nwbso nl\n", "utf-8")
    with pytest.raises(ValueError, match=r"questions-1\.tsv, line 2"):
        written_pairs(tmp_path)


def test_every_written_pair_names_what_there_is(catalogue: Catalogue) -> None:
    passages = {passage.id for passage in catalogue_passages(catalogue)}
    for pair in written_pairs():
        if "/" not in pair.owner:
            assert pair.owner in catalogue.instruments, pair
            assert not pair.target or pair.target in passages, pair
        assert pair.language in ("nl", "en")


def test_roughening_keeps_words_recognisable() -> None:
    text = "Wij zoeken een lening voor onze nieuwe machine."
    rough = {roughen(text, random.Random(seed)) for seed in range(20)}
    assert len(rough) > 5
    assert all(abs(len(made) - len(text)) < 8 for made in rough)
