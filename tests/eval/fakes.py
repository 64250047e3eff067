"""A scripted assistant and builders of replies and cases: no test here needs a model or a real scheme."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.models import (
    Citation,
    Fit,
    Intent,
    Message,
    Profile,
    Question,
    Recommendation,
    Reply,
    Understanding,
)
from eval.cases import Case
from eval.observations import Observation
from knowledge.catalogue import Catalogue

Script = Callable[[Sequence[Message], Mapping[str, Any] | None], Reply]


class FakeAdvisor:
    """Says what a script says; retrieves what it is told; counts its replies."""

    def __init__(
        self, catalogue: Catalogue, script: Script, retrieved: Sequence[str] = (), profile: Profile | None = None
    ) -> None:
        self.catalogue = catalogue
        self.script = script
        self.retrieved = list(retrieved)
        self.profile = profile or Profile()
        self.replies = 0

    def reply(self, messages, *, language=None, corrections=None, request_id=None):
        self.replies += 1
        return self.script(messages, corrections)

    def understand(self, messages):
        return Understanding(language="nl", intent=Intent.RECOMMEND, profile=self.profile)

    def retrieve(self, query, language, k):
        return self.retrieved[:k]


def case(id_: str = "een", **fields: Any) -> Case:
    data = {"id": id_, "kind": "recommend", "why": "omdat het zo is", **fields}
    if not {"question", "turns", "messages"} & set(data):
        data["question"] = "Wie betaalt onze proef?"
    return Case.model_validate(data)


def offer(*instruments: str, fit: Fit = Fit.FITS, score: float = 0.8) -> tuple[Recommendation, ...]:
    return tuple(
        Recommendation(instrument=name, rank=rank, fit=fit, score=score, why="Dat past.", citations=())
        for rank, name in enumerate(instruments, 1)
    )


def advice(*instruments: str, answer: str = "Dit past bij u.", fit: Fit = Fit.FITS, **fields: Any) -> Reply:
    return Reply(intent=Intent.RECOMMEND, recommendations=offer(*instruments, fit=fit), answer=answer, **fields)


def cited(catalogue: Catalogue, *facts: str, language: str = "nl") -> tuple[Citation, ...]:
    """Citations of these facts, numbered from 1, as the catalogue has them."""
    found = []
    for n, fact in enumerate(facts, 1):
        instrument, item = catalogue.grounded[fact]
        source = catalogue.source_of(instrument, item)
        found.append(
            Citation(
                n=n,
                fact=fact,
                source=source.id,
                title=source.title,
                locator=item.locator,
                as_of=item.as_of,
                url=None,
                text=item.text.of(language),
            )
        )
    return tuple(found)


def asking(field: str, *options: str) -> Question:
    return Question(field=field, text=f"Wat is uw {field}?", options=options)


def seen(case_: Case, reply: Reply | None, **fields: Any) -> Observation:
    return Observation(case=case_, reply=reply, understood=dict(reply.profile) if reply else None, **fields)
