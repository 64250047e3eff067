"""What the visitor's actions do to the session."""

from __future__ import annotations

import pytest

from assistant.web.handlers import LONGEST_MESSAGE, Handlers, read_value
from assistant.web.session import Session, read_session
from tests.web.conftest import CRASH, SECRET


@pytest.fixture
def handlers(scripted):
    return Handlers(scripted)


def test_a_message_is_answered_and_the_conversation_goes_along(handlers, scripted):
    first = handlers.say(Session(), "Wij zijn met 12 mensen")
    second = handlers.say(first, "Limburg")
    assert [turn.said for turn in second.turns] == ["Wij zijn met 12 mensen", "Limburg"]
    assert [message.role for message in scripted.heard[-1]] == ["user", "assistant", "user"]
    assert "In welke provincie" in scripted.heard[-1][1].content
    assert second.readings[0].words == "12 mensen"


def test_the_page_follows_the_language_of_the_first_message_only(handlers):
    english = handlers.say(Session(), "Is there money in the Netherlands?")
    assert english.language == "en"
    assert handlers.say(english, "12").turns[-1].reply.language == "en"
    assert handlers.say(Session(chosen=True), "for the firm").language == "nl"


def test_a_value_set_by_hand_answers_the_last_message_again(handlers):
    session = handlers.correct(handlers.say(Session(), "12 mensen"), "employees", "80")
    assert len(session.turns) == 1
    assert session.turns[0].reply.profile["employees"] == 80
    assert handlers.say(session, "en nu?").turns[-1].reply.profile["employees"] == 80


def test_an_emptied_field_is_forgotten_and_can_be_given_back(handlers):
    session = handlers.correct(handlers.say(Session(), "12 mensen"), "employees", "")
    assert session.corrections == {"employees": None}
    assert "employees" not in session.turns[0].reply.profile
    assert handlers.release(session, "employees").turns[0].reply.profile["employees"] == 12


def test_answering_the_question_about_a_field_replaces_what_was_set_by_hand(handlers):
    session = handlers.correct(handlers.say(Session(), "dag"), "province", "")
    assert handlers.say(session, "Zeeland").turns[-1].reply.profile["province"] == "zeeland"


def test_the_form_can_be_filled_in_before_anything_is_said(handlers):
    session = handlers.correct(Session(), "employees", "4")
    assert not session.turns
    assert handlers.say(session, "Wat past bij mij?").turns[0].reply.profile == {"employees": 4}


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("employees", "12", 12),
        ("employees", "", None),
        ("province", "zeeland", "zeeland"),
        ("technically_new", "false", False),
        ("needs", ["testen", "lening"], ["lening", "testen"]),
        ("needs", [], None),
    ],
)
def test_values_of_the_form(field, raw, value):
    assert read_value(field, raw) == value


@pytest.mark.parametrize(
    ("field", "raw"),
    [("employees", "-1"), ("employees", "?"), ("employees", "9" * 12), ("employees", "1.5"), ("province", "atlantis"),
     ("technically_new", "misschien"), ("needs", "geen"), ("wachtwoord", "x"),
     ("province", ["zeeland"]), ("employees", {})],
)  # fmt: skip
def test_a_wrong_value_is_told_and_changes_nothing(handlers, field, raw):
    before = handlers.say(Session(), "12 mensen")
    after = handlers.correct(before, field, raw)
    assert after.problem
    assert (after.corrections, after.turns) == (before.corrections, before.turns)


def test_undo_gives_the_text_back(handlers):
    session = handlers.say(handlers.say(Session(), "12 mensen"), "Zeeland")
    shorter, text = handlers.undo(session)
    assert text == "Zeeland"
    assert [reading.field for reading in shorter.readings] == ["employees"]
    assert handlers.undo(Session())[1] == ""


def test_restart_forgets_all_but_the_language(handlers):
    session = handlers.restart(handlers.switch(handlers.correct(handlers.say(Session(), "12"), "employees", "3"), "en"))
    assert (session.language, session.turns, session.corrections, session.readings) == ("en", (), {}, ())


def test_switching_the_language_answers_again_in_it(handlers):
    session = handlers.switch(handlers.say(handlers.say(Session(), "12 mensen"), "Zeeland"), "en")
    assert [turn.reply.language for turn in session.turns] == ["en", "en"]
    assert [turn.said for turn in session.turns] == ["12 mensen", "Zeeland"]
    assert handlers.switch(session, "fr").language == "en"


def test_a_crash_keeps_the_text_and_logs_none_of_it(handlers, caplog):
    session = handlers.say(handlers.say(Session(), "12 mensen"), f"{SECRET} {CRASH}")
    assert session.failed == f"{SECRET} {CRASH}"
    assert len(session.turns) == 1
    assert "RuntimeError" in caplog.text
    assert SECRET not in caplog.text


def test_a_crash_while_correcting_keeps_the_answer_and_the_correction(handlers, scripted, monkeypatch):
    session = handlers.say(Session(), "12 mensen")
    monkeypatch.setattr(scripted, "reply", lambda *_, **__: 1 / 0)
    after = handlers.correct(session, "employees", "80")
    assert after.problem
    assert after.turns == session.turns
    assert after.corrections == {"employees": 80}
    assert after.readings[0].value == 80


def test_a_message_that_is_too_long_or_empty_is_not_sent(handlers):
    assert handlers.begin(Session(), "x" * (LONGEST_MESSAGE + 1)).problem
    assert handlers.begin(Session(), "  ").pending is None
    assert handlers.begin(Session(), " hoi ").pending == "hoi"


def test_a_session_survives_the_browser_and_a_broken_one_is_refused(handlers):
    session = handlers.correct(handlers.say(Session(), "12 mensen"), "province", "zeeland")
    assert read_session(session.carried()) == session
    assert read_session(None) == Session()
    assert read_session({"turns": "x"}) is None
    assert read_session([1]) is None


def test_two_visitors_share_nothing(handlers):
    one = handlers.say(Session(), "12 mensen")
    two = handlers.say(Session(), "3 mensen")
    assert one.turns[0].reply.profile != two.turns[0].reply.profile
    assert len(two.turns) == 1
