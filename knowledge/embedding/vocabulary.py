"""A smaller vocabulary that fits Dutch: unused English pieces go, Dutch words come in.

The base model's WordPiece vocabulary is English, so 'haalbaarheidsstudie' falls into many short pieces.
New pieces are learnt from our own texts; each starts as the mean of the old pieces that it replaces.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def learn_pieces(texts: Sequence[str], size: int, least: int) -> list[str]:
    """WordPiece pieces of these texts, lower case and without accents like the base model's."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=size, min_frequency=least, special_tokens=list(_SPECIAL))
    tokenizer.train_from_iterator(texts, trainer)
    return sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)


def shrink(base: Path, folder: Path, texts: Sequence[str], kept_english: int, learnt: int) -> dict[str, int]:
    """Write the model in ``base`` to ``folder`` with a new vocabulary; returns what was kept and learnt.

    Kept: special tokens, single characters, the pieces that our texts use, and the ``kept_english`` most
    common others (the base vocabulary is ordered by frequency). Added: up to ``learnt`` new pieces.
    """
    shutil.copytree(base, folder, dirs_exist_ok=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    old = tokenizer.get_vocab()
    weights = load_file(folder / "model.safetensors")
    pieces = _choose(tokenizer, texts, kept_english, learnt)
    name = next(key for key in weights if key.endswith("word_embeddings.weight"))
    weights[name] = torch.stack([_start(piece, old, tokenizer, weights[name]) for piece in pieces])
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"vocab_size": len(pieces), "pad_token_id": 0}, indent=1), "utf-8")
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", "utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer_state(tokenizer, pieces), ensure_ascii=False), "utf-8")
    kept = sum(piece in old for piece in pieces)
    return {"pieces": len(pieces), "kept": kept, "learnt": len(pieces) - kept}


def _choose(tokenizer: Tokenizer, texts: Sequence[str], kept_english: int, learnt: int) -> list[str]:
    old = tokenizer.get_vocab()
    by_id = sorted(old, key=old.__getitem__)
    used = Counter(piece for text in texts for piece in tokenizer.encode(text, add_special_tokens=False).tokens)
    characters = [piece for piece in by_id if len(piece.removeprefix("##")) == 1 and piece.isascii()]
    frequent = [piece for piece, count in used.items() if count >= 3 and piece in old]
    common = [piece for piece in by_id if piece.isascii() and not piece.startswith("[") and len(piece) > 1][:kept_english]
    new = learn_pieces(texts, learnt + len(characters), 3)
    return list(dict.fromkeys([*_SPECIAL, *characters, *frequent, *common, *(p for p in new if p not in _SPECIAL)]))


def _start(piece: str, old: dict[str, int], tokenizer: Tokenizer, weights: torch.Tensor) -> torch.Tensor:
    if piece in old:
        return weights[old[piece]]
    parts = tokenizer.encode(piece.removeprefix("##"), add_special_tokens=False).ids
    return weights[parts or [old["[UNK]"]]].mean(dim=0)


def _tokenizer_state(tokenizer: Tokenizer, pieces: Sequence[str]) -> dict[str, Any]:
    """The base tokenizer's own settings over the new numbers."""
    state: dict[str, Any] = json.loads(tokenizer.to_str())
    number = {piece: index for index, piece in enumerate(pieces)}
    state["model"]["vocab"] = number
    state["padding"] = state["truncation"] = None
    state["added_tokens"] = [
        token | {"id": number[token["content"]]} for token in state["added_tokens"] if token["content"] in number
    ]
    processor = state["post_processor"]
    for name, token in processor.get("special_tokens", {}).items():
        token["ids"] = [number[name]]
    for role, name in (("cls", "[CLS]"), ("sep", "[SEP]")):
        if role in processor:
            processor[role] = [name, number[name]]
    return state
