"""Requests of other programs: what is accepted, what is told about the rest, and how turns are played."""

from __future__ import annotations

import json

import pytest

from assistant.conversation import NotJsonError, RequestError, answer_line, parse_line, parse_request, play, spoken
from tests.web.conftest import CRASH, SECRET, a_reply


def test_turns_are_played_one_after_the_other(scripted):
    reply = play(scripted, ["Wij zijn met 12 mensen", "Zeeland"], request_id=7)
    assert (reply.id, reply.profile) == (7, {"employees": 12, "province": "zeeland"})
    assert [len(messages) for messages in scripted.heard] == [1, 3]


def test_no_turns_can_not_be_played(scripted):
    with pytest.raises(RequestError):
        play(scripted, [])


def test_a_question_is_always_part_of_what_the_assistant_said():
    reply = a_reply()
    assert spoken(reply).content.count(reply.question.text) == 1
    assert spoken(reply.model_copy(update={"answer": "Hm."})).content == f"Hm.\n\n{reply.question.text}"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "no valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": NaN, "turns": ["x"]}', "no valid JSON"),
        (b'{"id": 1e999, "turns": ["x"]}', "not finite"),
    ],
)
def test_what_is_no_json_is_told(line, told):
    with pytest.raises(RequestError, match=told):
        parse_line(line)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "JSON object"),
        ("x", "JSON object"),
        ({}, "either 'messages' or 'turns'"),
        ({"turns": ["x"], "messages": []}, "either 'messages' or 'turns'"),
        ({"turns": []}, "'turns' is empty"),
        ({"messages": []}, "'messages' is empty"),
        ({"turns": [1]}, r"turns\[0\]"),
        ({"turns": "x"}, "'turns'"),
        ({"messages": [{"role": "system", "content": "x"}]}, r"messages\[0\].role"),
        ({"messages": [{"role": "user"}]}, r"messages\[0\].content"),
        ({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}, "last message"),
    ],
)
def test_what_is_no_request_is_told_in_one_sentence(data, told):
    with pytest.raises(RequestError, match=told) as caught:
        parse_request(data)
    assert "\n" not in str(caught.value)


def test_an_id_may_be_anything_and_other_keys_are_ignored():
    assert parse_request({"id": {"a": [1]}, "turns": ["x"], "note": "y"}).id == {"a": [1]}


def test_a_byte_order_mark_is_no_problem():
    assert parse_line("\ufeff".encode() + b'{"turns": ["x"]}').turns == ("x",)


def test_lone_surrogates_can_be_printed_again(scripted):
    reply = answer_line(scripted, '{"id": "\\ud800", "turns": ["a \\udfff"]}')
    assert reply.error is None
    reply.model_dump_json().encode()
    json.dumps(reply.model_dump(mode="json"), ensure_ascii=False).encode()


def test_a_bad_line_is_a_reply_with_an_error_and_its_id(scripted):
    reply = answer_line(scripted, b'{"id": "b7", "turns": [3]}')
    assert reply.id == "b7"
    assert reply.abstained
    assert "turns[0]" in reply.error


def test_a_crash_on_a_line_is_a_reply_too_and_logs_no_text(scripted, caplog):
    reply = answer_line(scripted, json.dumps({"id": 1, "turns": [f"{SECRET} {CRASH}"]}))
    assert reply.error
    assert reply.id == 1
    assert SECRET not in caplog.text + reply.error


def test_no_json_is_a_kind_of_bad_request():
    assert issubclass(NotJsonError, RequestError)
