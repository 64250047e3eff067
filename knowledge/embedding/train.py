"""Trains the packaged embedder: ``python -m knowledge.embedding.train --documents DIR``.

A static embedding: a text is the mean of its word pieces' vectors, learnt from scratch. Contrastive loss
over in-batch negatives (InfoNCE; Henderson et al. 2017, van den Oord et al. 2018) plus one mined hard
negative per pair (as in ANCE, Xiong et al. 2021); passages of one instrument are no negatives of each
other. On the fly queries are roughened, words cut in two (after BPE-dropout, Provilkov et al. 2020: so
that compounds and misspelt words share pieces with what they are made of) and pieces left out. Seeded,
on one thread: a few minutes.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import torch
import typer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from knowledge.catalogue import load_catalogue
from knowledge.documents import find_documents, read_passages
from knowledge.embedding.pairs import Pair, catalogue_pairs, cut, digest, owner_of, roughen, written_pairs
from knowledge.passages import QUESTION, Passage, catalogue_passages, document_passages

MODEL: Final = Path(__file__).parent / "model"
_UNKNOWN: Final = "[UNK]"


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what comes out, next to the data."""

    seed: int = 20261121
    pieces: int = 8000
    dimensions: int = 512
    epochs: int = 40
    batch: int = 512
    learning_rate: float = 0.01
    temperature: float = 0.05
    start_scale: float = 0.05
    roughened: float = 0.9
    cut: float = 0.5
    dropped: float = 0.3
    other_language: float = 0.15
    on_target: float = 0.7
    mined_every: int = 3
    mined: int = 12


def learn_tokenizer(texts: Sequence[str], pieces: int) -> Tokenizer:
    """Byte-pair encoding of lower-cased text without accents; a piece is the same at a word's start and inside it."""
    tokenizer = Tokenizer(models.BPE(unk_token=_UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.BpeTrainer(vocab_size=pieces, min_frequency=2, special_tokens=["[PAD]", _UNKNOWN], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


class Training:
    """The vectors, the pairs and the passages that answer them."""

    def __init__(self, recipe: Recipe, passages: Sequence[Passage], pairs: Sequence[Pair]) -> None:
        torch.set_num_threads(1)  # sums in a fixed order: the same data give the same model
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.dice = random.Random(recipe.seed)
        self.passages = list(passages)
        self.pairs = list(pairs)
        self.row = {passage.id: row for row, passage in enumerate(self.passages)}
        self.owned: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row, passage in enumerate(self.passages):
            # A fact counts double: questions are their own positives often enough.
            self.owned[owner_of(passage), passage.language] += [row] * (1 if passage.kind == QUESTION else 2)
        self.owner_number = {owner: number for number, owner in enumerate(sorted({owner_of(p) for p in self.passages}))}
        self.owner = torch.tensor([self.owner_number[owner_of(passage)] for passage in self.passages])
        texts = [passage.text for passage in self.passages]
        self.tokenizer = learn_tokenizer(texts + [pair.query for pair in self.pairs], recipe.pieces)
        self.passage_ids = self._ids(texts)
        start = torch.randn(self.tokenizer.get_vocab_size(), recipe.dimensions) * recipe.start_scale
        self.vectors = torch.nn.EmbeddingBag.from_pretrained(start * self._rarity()[:, None], freeze=False, mode="mean")

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids or [1] for encoding in self.tokenizer.encode_batch(list(texts))]

    def _rarity(self) -> torch.Tensor:
        """Inverse document frequency in 0.05–1: common pieces start out small."""
        held = torch.ones(self.tokenizer.get_vocab_size())
        for ids in self.passage_ids:
            held[list(set(ids))] += 1
        count = torch.tensor(float(len(self.passage_ids)))
        return (torch.log(count / held) / torch.log(count)).clamp(min=0.05)

    def embed(self, ids: Sequence[list[int]]) -> torch.Tensor:
        """Pieces per text (n) → unit vectors (n × dimensions)."""
        offsets = torch.tensor([0, *accumulate(len(text) for text in ids)][:-1])
        flat = torch.tensor([piece for text in ids for piece in text])
        return torch.nn.functional.normalize(self.vectors(flat, offsets), dim=-1)

    def _roughly(self, texts: Sequence[str]) -> torch.Tensor:
        """Texts as vectors, with words cut and pieces left out at random."""
        ids = self._ids([cut(text, self.recipe.cut, self.dice) for text in texts])
        return self.embed([[piece for piece in text if self.dice.random() > self.recipe.dropped] or text for text in ids])

    def run(self, report: Callable[[str], None]) -> None:
        """All epochs; reports the loss as it goes."""
        recipe = self.recipe
        optimizer = torch.optim.Adam(self.vectors.parameters(), lr=recipe.learning_rate)
        steps = recipe.epochs * (len(self.pairs) // recipe.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, total_steps=steps + 1, pct_start=0.1)
        start, rivals = time.monotonic(), dict[Pair, list[int]]()
        for epoch in range(recipe.epochs):
            if epoch % recipe.mined_every == recipe.mined_every - 1:
                rivals = self._mine()
            losses = []
            shuffled = self.dice.sample(self.pairs, len(self.pairs))
            for offset in range(0, len(shuffled) - recipe.batch + 1, recipe.batch):
                loss = self._loss(shuffled[offset : offset + recipe.batch], rivals)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
            report(f"epoch {epoch + 1}/{recipe.epochs}: loss {np.mean(losses):.3f}, {time.monotonic() - start:.0f} s")

    def _positive(self, pair: Pair) -> int:
        if pair.target in self.row and self.dice.random() < self.recipe.on_target:
            return self.row[pair.target]
        other = {"nl": "en", "en": "nl"}[pair.language]
        first, second = (other, pair.language) if self.dice.random() < self.recipe.other_language else (pair.language, other)
        rows = self.owned[pair.owner, first] or self.owned[pair.owner, second]
        return self.dice.choice([row for row in rows if self.passages[row].text != pair.query])

    def _query(self, pair: Pair) -> str:
        return roughen(pair.query, self.dice) if self.dice.random() < self.recipe.roughened else pair.query

    def _loss(self, batch: Sequence[Pair], rivals: dict[Pair, list[int]]) -> torch.Tensor:
        """InfoNCE in both directions."""
        rows = [self._positive(pair) for pair in batch]
        rows += [self.dice.choice(rivals[pair]) for pair in batch if pair in rivals]
        queries = self._roughly([self._query(pair) for pair in batch])
        answers = self._roughly([self.passages[row].text for row in rows])
        scores = queries @ answers.T / self.recipe.temperature
        mine = torch.tensor([self.owner_number[pair.owner] for pair in batch])
        alike = (mine[:, None] == self.owner[rows][None, :]) & ~torch.eye(len(batch), len(rows), dtype=torch.bool)
        scores = scores.masked_fill(alike, float("-inf"))
        target = torch.arange(len(batch))
        forth = torch.nn.functional.cross_entropy(scores, target)
        back = torch.nn.functional.cross_entropy(scores[:, : len(batch)].T, target)
        return (forth + back) / 2

    @torch.no_grad()
    def _mine(self) -> dict[Pair, list[int]]:
        """For each question the nearest passages of other owners, but for the very nearest: it may be right too."""
        answers = self.embed(self.passage_ids)
        found = {}
        for offset in range(0, len(self.pairs), 512):
            batch = self.pairs[offset : offset + 512]
            scores = self.embed(self._ids([pair.query for pair in batch])) @ answers.T
            scores[torch.tensor([self.owner_number[pair.owner] for pair in batch])[:, None] == self.owner[None, :]] = -1
            nearest = scores.topk(self.recipe.mined, dim=1).indices.tolist()
            found.update({pair: rows[1:] for pair, rows in zip(batch, nearest, strict=True)})
        return found

    @torch.no_grad()
    def recall(self, pairs: Sequence[Pair], k: int) -> float:
        """The share of questions with a passage of their owner among the k nearest owners."""
        answers = self.embed(self.passage_ids)
        scores = self.embed(self._ids([pair.query for pair in pairs])) @ answers.T
        best = torch.full((len(pairs), int(self.owner.max()) + 1), -1.0)
        best.scatter_reduce_(1, self.owner.expand(len(pairs), -1), scores, "amax")
        nearest = best.topk(k, dim=1).indices
        mine = torch.tensor([self.owner_number[pair.owner] for pair in pairs])
        return float((nearest == mine[:, None]).any(dim=1).float().mean())

    def save(self, folder: Path, facts: dict[str, Any]) -> float:
        """Write the model in half precision, with how it was made; returns its size in MB."""
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

        static = StaticEmbedding(self.tokenizer, embedding_weights=self.vectors.weight.detach().half())
        SentenceTransformer(modules=[static, Normalize()], device="cpu").save(str(folder), create_model_card=False)
        (folder / "recipe.json").write_text(json.dumps(facts | asdict(self.recipe), indent=1) + "\n", "utf-8")
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main(
    documents: Annotated[Path | None, typer.Option(help="The folder with the original documents.")] = None,
    out: Annotated[Path, typer.Option(help="Where the model is written.")] = MODEL,
    held_out: Annotated[float, typer.Option(help="Share of the written questions kept apart to measure on.")] = 0.0,
) -> None:
    """Train the embedder on the catalogue, the written questions and the documents."""
    recipe, catalogue = Recipe(), load_catalogue()
    passages = list(catalogue_passages(catalogue))
    for path in find_documents(documents) if documents else ():
        passages += document_passages(read_passages(path, path.stem), "nl", 0)
    known = {owner_of(passage) for passage in passages}
    written = written_pairs()
    usable = [pair for pair in written if pair.owner in known]
    apart = dict.fromkeys(random.Random(recipe.seed).sample(usable, int(held_out * len(usable))))
    pairs = [pair for pair in dict.fromkeys((*usable, *catalogue_pairs(catalogue, passages))) if pair not in apart]
    training = Training(recipe, passages, pairs)
    typer.echo(f"{len(pairs)} pairs, {len(passages)} passages, {training.tokenizer.get_vocab_size()} pieces.")
    training.run(typer.echo)
    if apart:
        for k in (1, 3, 5):
            typer.echo(f"recall@{k} on {len(apart)} questions kept apart: {training.recall(list(apart), k):.3f}")
    facts = {"pairs": len(pairs), "digest": digest(written), "pieces": training.tokenizer.get_vocab_size()}
    typer.echo(f"Saved to {out}: {training.save(out, facts):.1f} MB.")


if __name__ == "__main__":
    typer.run(main)
