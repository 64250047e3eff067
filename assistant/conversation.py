"""Requests of other programs: read and checked once, played turn by turn, and never the end of a batch.

The page, the HTTP API, the MCP endpoint and the command line's batch all come through here.
"""

from __future__ import annotations

import json
import logging
import math
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.models import Message, Reply
from knowledge.models import Language

logger = logging.getLogger(__name__)

FAILED = "The assistant failed on this request. It has been logged without its text; please try again."


class RequestError(ValueError):
    """A request that can't be answered as it stands; the message is one clear sentence."""

    def __init__(self, message: str, request_id: Any = None) -> None:
        super().__init__(message)
        self.request_id = request_id


class NotJsonError(RequestError):
    """A request that is not even JSON."""


class Replying(Protocol):
    """What answers conversations: the advisor, or a fake in its place."""

    def reply(
        self,
        messages: Sequence[Message],
        *,
        language: Language | None = None,
        corrections: Mapping[str, Any] | None = None,
        request_id: Any = None,
    ) -> Reply: ...


class Request(BaseModel):
    """One request: a conversation so far, or the user's messages to play. Other keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Any = None
    messages: tuple[Message, ...] | None = None
    turns: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _one_conversation(self) -> Self:
        if (self.messages is None) == (self.turns is None):
            raise ValueError("give either 'messages' or 'turns'")
        if not (self.messages or self.turns):
            raise ValueError(f"'{'turns' if self.messages is None else 'messages'}' is empty: give a message of the user")
        if self.messages and self.messages[-1].role != "user":
            raise ValueError("the last message must be the user's, for there is nothing to answer otherwise")
        return self


def parse_request(data: Any) -> Request:
    """Check a decoded JSON value.

    Raises:
        RequestError: it is no request; carries the id where there is one.
    """
    if not isinstance(data, dict):
        raise RequestError("A request is a JSON object with 'messages' or 'turns'.")
    try:
        clean = _clean(data)
    except (ValueError, RecursionError):
        raise RequestError("The request holds a number that is not finite, or is nested too deeply.") from None
    try:
        return Request.model_validate(clean)
    except ValidationError as error:
        raise RequestError(_sentence(error), clean.get("id")) from None


def parse_line(line: bytes | str) -> Request:
    """Decode and check one line of a batch, or the body of an HTTP request.

    Raises:
        RequestError: it is no JSON or no request.
    """
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line.removeprefix("\ufeff")
        data = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise NotJsonError(f"The request is not UTF-8 text (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise NotJsonError(f"The request is no valid JSON: {error.msg} at character {error.pos + 1}.") from None
    except (ValueError, RecursionError):
        raise NotJsonError("The request is no valid JSON: a number out of range, or nested too deeply.") from None
    return parse_request(data)


def play(
    advisor: Replying,
    turns: Sequence[str],
    *,
    language: Language | None = None,
    corrections: Mapping[str, Any] | None = None,
    request_id: Any = None,
) -> Reply:
    """Play the user's messages one after the other and return the last reply.

    Raises:
        RequestError: there is no turn to play.
    """
    if not turns:
        raise RequestError("There is no message of the user to answer.", request_id)
    messages: list[Message] = []
    reply: Reply | None = None
    for turn in turns:
        if reply is not None:
            messages.append(spoken(reply))
        messages.append(Message(role="user", content=turn))
        reply = advisor.reply(messages, language=language, corrections=corrections, request_id=request_id)
    assert reply is not None
    return reply


def spoken(reply: Reply) -> Message:
    """A reply as the assistant's message in what follows; its question is always part of it."""
    text = reply.answer
    if reply.question and reply.question.text not in text:
        text = f"{text}\n\n{reply.question.text}".strip()
    return Message(role="assistant", content=text)


def answer(advisor: Replying, request: Request, language: Language | None = None) -> Reply:
    """Answer a request."""
    if request.turns is not None:
        return play(advisor, request.turns, language=language, request_id=request.id)
    return advisor.reply(request.messages or (), language=language, request_id=request.id)


def answer_line(advisor: Replying, line: bytes | str, language: Language | None = None) -> Reply:
    """Answer one line of a batch. A bad line, or a failure on it, is a reply with ``error`` set."""
    try:
        request = parse_line(line)
    except RequestError as error:
        return failed(str(error), error.request_id, language)
    try:
        return answer(advisor, request, language)
    except Exception as error:
        log_failure(error)
        return failed(FAILED, request.id, language)


def failed(message: str, request_id: Any = None, language: Language | None = None) -> Reply:
    """The reply that says why there is none."""
    return Reply(id=request_id, language=language or "nl", abstained=True, error=message)


def log_failure(error: Exception) -> None:
    """Log where something failed, and nothing that was said: the error's own words may quote a message."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    logger.error("A reply failed with %s at %s", type(error).__name__, places)


def _sentence(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    message = problem["msg"].removeprefix("Value error, ")
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).removeprefix(".")
    return f"The request is not complete: {message}." if not place else f"Field '{place}': {message}."


def _clean(value: Any) -> Any:
    """Lone surrogates can be decoded from JSON but not be printed again; infinities the same."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not finite")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
