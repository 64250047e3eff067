"""Runs the cases past the assistant and notes what it did. What it is worth is judged elsewhere."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.models import Message, Reply
from eval.advisors import Advisor, Confident
from eval.cases import Case
from eval.observations import Observation, Settlement, VariantSeen, ranked
from eval.perturb import PERTURBATIONS
from eval.simulated import settle

RETRIEVED: Final = 10
_TOP: Final = 3
Step = Callable[[Case], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do besides the replies themselves."""

    variants: bool = True
    settle: bool = True


@dataclass(frozen=True)
class Results:
    observations: tuple[Observation, ...]
    seconds: float


@dataclass
class _Draft:
    """An observation in the making: what succeeded before a crash is kept."""

    seen: dict[str, Any] = field(default_factory=dict)


def run(cases: Iterable[Case], advisor: Advisor, progress: Step | None = None, plan: Plan | None = None) -> Results:
    """Observe every case, in order. A crash is a failure of its case; the run goes on."""
    listed = list(cases)
    plan = plan or Plan()
    start = time.perf_counter()
    _warm_up(listed, advisor)
    observations = []
    for case in listed:
        observations.append(observe(case, advisor, plan))
        if progress:
            progress(case)
    return Results(tuple(observations), time.perf_counter() - start)


def observe(case: Case, advisor: Advisor, plan: Plan) -> Observation:
    """All that one case shows of the assistant."""
    draft = _Draft()
    try:
        _observe(case, advisor, plan, draft)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        draft.seen["error"] = f"{type(error).__name__}: {error} ({frame.filename}, line {frame.lineno})"
    return Observation(case=case, **draft.seen)


def _observe(case: Case, advisor: Advisor, plan: Plan, draft: _Draft) -> None:
    settling = plan.settle and case.truth is not None and case.wants_reply
    if settling:
        draft.seen["settlement"] = Settlement(None, False)  # what a crash leaves behind
    if case.wants_reply:
        transcript, reply, latencies = converse(advisor, case)
        draft.seen |= {"reply": reply, "transcript": transcript, "latencies_ms": latencies}
        draft.seen["understood"] = dict(reply.profile)
        if isinstance(advisor, Confident):
            draft.seen["confidence"] = advisor.confidence(transcript[:-1])
    elif case.profile or case.not_in_profile:
        understanding = advisor.understand(_opening(case))
        draft.seen["understood"] = understanding.profile.known()
    if case.required:
        draft.seen["retrieved"] = tuple(advisor.retrieve(case.text, case.language, RETRIEVED))
    if plan.variants and _can_be_retold(case):
        draft.seen["variants"] = dict(_retold(case, advisor))
    if settling and case.truth is not None:
        draft.seen["settlement"] = settle(advisor, draft.seen["transcript"][:-1], case.truth, draft.seen["reply"])


def converse(advisor: Advisor, case: Case) -> tuple[tuple[Message, ...], Reply, tuple[float, ...]]:
    """Play a case's turns one after the other: the transcript, the last reply, and the time that each took."""
    conversation = list(case.messages[:-1])
    latencies = []
    reply = Reply()
    turns = (case.messages[-1].content,) if case.messages else case.user_turns
    for turn in turns:
        conversation.append(Message(role="user", content=turn))
        start = time.perf_counter()
        reply = advisor.reply(conversation)
        latencies.append((time.perf_counter() - start) * 1000)
        conversation.append(Message(role="assistant", content=reply.answer))
    return tuple(conversation), reply, tuple(latencies)


def _opening(case: Case) -> tuple[Message, ...]:
    return case.messages or tuple(Message(role="user", content=turn) for turn in case.user_turns)


def _can_be_retold(case: Case) -> bool:
    """One message with something to find in it, and not a retelling itself."""
    return case.question is not None and bool(case.required) and case.is_recommendation and not case.tags.variant_of


def _retold(case: Case, advisor: Advisor) -> Iterator[tuple[str, VariantSeen]]:
    for name, perturb in PERTURBATIONS.items():
        text = perturb(case.text, case.id)
        if text is None:
            continue
        top: Sequence[str] = ()
        if case.wants_reply:
            top = ranked(advisor.reply([Message(role="user", content=text)]))[:_TOP]
        yield name, VariantSeen(tuple(top), tuple(advisor.retrieve(text, case.language, RETRIEVED)))


def _warm_up(cases: Sequence[Case], advisor: Advisor) -> None:
    """Models and indexes are loaded, in each language, before a case is timed; if that crashes, the cases will tell."""
    first = {case.language: case for case in reversed(cases) if case.wants_reply}
    for case in first.values():
        with suppress(Exception):
            advisor.reply([Message(role="user", content=case.user_turns[0])])


@contextmanager
def progress_bar(total: int, *, quiet: bool = False) -> Iterator[Step]:
    """A progress bar on standard error; ``quiet``: none."""
    if quiet:
        yield lambda case: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Evaluating", total=total)
        yield lambda case: bar.update(task, advance=1, description=f"Evaluating [cyan]{case.id}[/]")
