"""A scripted advisor, and pages and servers over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.models import (
    Check,
    Citation,
    FieldReading,
    Fit,
    Intent,
    Message,
    Profile,
    Question,
    Recommendation,
    Rejection,
    Reply,
    Understanding,
    Verdict,
)
from assistant.web.server import build_app
from knowledge.catalogue import Catalogue
from knowledge.models import Language

CRASH = "kapot"
SECRET = "geheim-verhaal-7781"
ASKED = {
    "nl": ("In welke provincie zit uw bedrijf?", "Weet ik niet"),
    "en": ("In which province is your firm?", "I don't know"),
}


class ScriptedAdvisor:
    """Understands digits and 'Zeeland', recommends the Proefbon, and crashes on the word 'kapot'."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.heard: list[list[Message]] = []

    def understand(
        self,
        messages: Sequence[Message],
        *,
        language: Language | None = None,
        corrections: Mapping[str, Any] | None = None,
    ) -> Understanding:
        found: dict[str, FieldReading] = {}
        for message in messages:
            for word in message.content.replace("?", "").split() if message.role == "user" else ():
                if word.isdigit():
                    found["employees"] = FieldReading(field="employees", value=int(word), words=f"{word} mensen")
                if word == "Zeeland":
                    found["province"] = FieldReading(field="province", value="zeeland", words=word)
        for name, value in (corrections or {}).items():
            found.pop(name, None)
            if value is not None:
                found[name] = FieldReading(field=name, value=value, words="")
        profile = Profile(**{name: reading.value for name, reading in found.items()})
        return Understanding(
            language=language or self._language(messages),
            intent=Intent.RECOMMEND,
            profile=profile,
            readings=tuple(found.values()),
        )

    def reply(
        self,
        messages: Sequence[Message],
        *,
        language: Language | None = None,
        corrections: Mapping[str, Any] | None = None,
        request_id: Any = None,
    ) -> Reply:
        self.heard.append(list(messages))
        if CRASH in messages[-1].content:
            raise RuntimeError(f"the text was: {messages[-1].content}")
        understood = self.understand(messages, language=language, corrections=corrections)
        return a_reply(understood.profile, understood.language, request_id)

    @staticmethod
    def _language(messages: Sequence[Message]) -> Language:
        return "en" if any(" the " in f" {message.content} " for message in messages) else "nl"


def a_reply(profile: Profile | None = None, language: Language = "nl", request_id: Any = None) -> Reply:
    """A reply with all that a reply can have."""
    known = (profile or Profile()).known()
    question, dont_know = ASKED[language]
    size = f" Voor {known['employees']} mensen." if "employees" in known else ""
    text = {"nl": "Dit past bij u.", "en": "This fits you."}[language]
    unknown = "province" not in known
    offer = "**Proefbon** (past misschien)\n- Wat u krijgt: € 5.000 [1].\n- Eerste stap: bel Bureau Proef [2]."
    answer = f"{text}{size}\n\n{offer}"
    return Reply(
        id=request_id,
        language=language,
        intent=Intent.RECOMMEND,
        profile=known,
        answer=f"{answer}\n\n**Vraag aan u:** {question}" if unknown else answer,
        recommendations=(
            Recommendation(
                instrument="proefbon", rank=1, fit=Fit.MAYBE, score=0.8, why="Voor een proef.", citations=(1,),
                checks=(
                    Check(criterion="klein", verdict=Verdict.MET, text="minder dan 50 mensen", citations=(1,)),
                    Check(criterion="streek", verdict=Verdict.UNKNOWN, text="een bedrijf in Zeeland", citations=(2,)),
                    Check(criterion="samen", verdict=Verdict.NOT_MET, text="een partner", citations=(2,)),
                ),
            ),
        ),
        rejected=(
            Rejection(
                instrument="oude-regeling", criterion="status", why="Oude Regeling: bestaat niet meer.", citations=(2,)
            ),
        ),
        citations=(
            Citation(
                n=1, fact="proefbon.amount", source="blad", title="Het Blad", locator="p. 1, al. 3", as_of="2024-12-17",
                url="https://blad.example/1", text="De Proefbon was € 5.000.", passage="Letterlijk: vijfduizend euro.",
            ),
            Citation(
                n=2, fact="proefbon.audience", source="bond", title="Brief <b>van</b> de Bond", locator="brief",
                as_of="unknown", url=None, text="De Proefbon is voor Zeeland.",
            ),
        ),
        question=Question(field="province", text=question, options=("Zeeland", "Limburg", dont_know))
        if unknown
        else None,
    )  # fmt: skip


@pytest.fixture
def scripted(tiny: Catalogue) -> ScriptedAdvisor:
    return ScriptedAdvisor(tiny)


@pytest.fixture
def client(scripted: ScriptedAdvisor):
    """The whole application, without a network."""
    with TestClient(build_app(scripted), base_url="http://127.0.0.1:7860") as client:
        yield client
