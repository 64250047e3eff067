"""The truthful entrepreneur: answers what the assistant asks from a profile that only the case knows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.models import Message, Profile, Question, Reply
from assistant.phrases.loader import load_phrases
from eval.advisors import Advisor
from eval.observations import Settlement, ranked
from knowledge.models import Language
from knowledge.profile_fields import BOOLEANS, NUMBERS

MOST_ROUNDS: Final = 6
_TOP: Final = 3


def answer(question: Question, truth: Profile, language: Language) -> str:
    """What a truthful entrepreneur says to a question.

    The option that means the truth, else a short sentence that says it (numbers always: an option
    is only a range); 'weet ik niet' where the truth does not say.
    """
    phrases = _phrases()[language]
    value = truth.known().get(question.field)
    if value is None or value == []:
        return str(phrases["dont_know"])
    if question.field not in NUMBERS:
        option = _fitting_option(question, value, language)
        if option is not None:
            return option
    phrase = phrases.get(question.field, "{value}")
    if question.field in BOOLEANS:
        return str(phrase[str(value).lower()])
    shown = value[0] if isinstance(value, list) else value
    return str(phrase).format(value=str(shown).replace("-", " "))


def _fitting_option(question: Question, value: Any, language: Language) -> str | None:
    wanted = value if isinstance(value, list) else [value]
    for option in question.options:
        meaning = load_phrases(language).option_value(question.field, option)
        if meaning is not None and (meaning in wanted or option == str(meaning) in wanted):
            return option
    return next((option for option in question.options if option in [str(entry) for entry in wanted]), None)


def settle(
    advisor: Advisor, messages: Sequence[Message], truth: Profile, first: Reply | None = None, rounds: int = MOST_ROUNDS
) -> Settlement:
    """Answer every question truthfully until the advice stands.

    It stands after the first round in which the three best instruments are those that the whole
    truth gives, or in which nothing more is asked. ``right`` says whether, when the conversation
    ended, the three were indeed those of the whole truth: the assistant did not stop too soon.
    """
    conversation = list(messages)
    reply = first or advisor.reply(conversation)
    asked: list[str] = []
    settled: int | None = None
    goal = _top(advisor.reply(conversation, corrections=truth.known()))
    while True:
        if settled is None and (reply.question is None or _top(reply) == goal):
            settled = len(asked)
        if reply.question is None or len(asked) >= rounds:
            break
        asked.append(reply.question.field)
        conversation += [
            Message(role="assistant", content=reply.answer),
            Message(role="user", content=answer(reply.question, truth, reply.language)),
        ]
        reply = advisor.reply(conversation)
    if asked:
        goal = _top(advisor.reply(conversation, corrections=truth.known()))
    return Settlement(settled, _top(reply) == goal, tuple(asked))


def _top(reply: Reply) -> frozenset[str]:
    return frozenset(ranked(reply)[:_TOP])


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "simulated.yaml").read_text("utf-8"))
    return data
