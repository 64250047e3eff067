"""Running cases: conversations, crashes, retellings and the truthful entrepreneur."""

import pytest

from assistant.models import Message, Profile, Question, Reply
from eval.perturb import lower_case, other_order, typos
from eval.runner import Plan, progress_bar, run
from eval.simulated import answer, settle
from tests.eval.fakes import FakeAdvisor, advice, asking, case

BARE = Plan(variants=False, settle=False)


def test_turns_are_played_one_after_the_other(tiny):
    heard = []

    def script(messages, corrections):
        heard.append([message.content for message in messages])
        return advice("proefbon", answer=f"Antwoord {len(messages)}.")

    results = run([case(turns=["een", "twee"])], FakeAdvisor(tiny, script), plan=BARE)
    (seen,) = results.observations
    assert heard[-1] == ["een", "Antwoord 1.", "twee"]
    assert [message.role for message in seen.transcript] == ["user", "assistant", "user", "assistant"]
    assert len(seen.latencies_ms) == 2


def test_messages_are_given_as_they_are(tiny):
    told = [
        Message(role="user", content="een"),
        Message(role="assistant", content="Hoe groot?"),
        Message(role="user", content="12"),
    ]
    heard = []
    advisor = FakeAdvisor(tiny, lambda messages, _: heard.append(list(messages)) or advice())
    run([case(messages=told)], advisor, plan=BARE)
    assert heard[-1] == told


def test_a_crash_is_a_failure_of_its_case(tiny):
    def script(messages, corrections):
        if "stuk" in messages[-1].content:
            raise ValueError("stuk")
        return advice("proefbon")

    cases = [case("een"), case("twee", question="dit gaat stuk"), case("drie")]
    done = []
    results = run(cases, FakeAdvisor(tiny, script), done.append, BARE)
    assert [seen.error is None for seen in results.observations] == [True, False, True]
    assert results.observations[1].error.startswith("ValueError: stuk (")
    assert done == cases


def test_what_succeeded_before_a_crash_is_kept(tiny):
    advisor = FakeAdvisor(tiny, lambda *_: advice("proefbon"))
    advisor.retrieve = None
    (seen,) = run([case(expected=["proefbon"])], advisor, plan=BARE).observations
    assert seen.reply is not None
    assert "TypeError" in seen.error


def test_intake_and_retrieval_cases_need_no_reply(tiny):
    advisor = FakeAdvisor(tiny, lambda *_: advice(), ["groeilening"], Profile(employees=4))
    cases = [case(kind="intake", profile={"employees": 4}), case("twee", kind="retrieval", expected=["groeilening"])]
    one, two = run(cases, advisor, plan=BARE).observations
    assert advisor.replies == 0
    assert (one.understood, two.retrieved) == ({"employees": 4}, ("groeilening",))


def test_the_assistants_confidence_is_noted(tiny):
    advisor = FakeAdvisor(tiny, lambda *_: advice())
    advisor.confidence = lambda messages: 0.25
    (seen,) = run([case()], advisor, plan=BARE).observations
    assert seen.confidence == 0.25


def test_a_crash_is_not_settled_and_without_settling_nothing_is(tiny):
    def crash(*_):
        raise ValueError("stuk")

    wanted = case(truth={"employees": 3})
    (crashed,) = run([wanted], FakeAdvisor(tiny, crash), plan=Plan(variants=False)).observations
    assert (crashed.settlement.questions, crashed.settlement.right) == (None, False)
    for script in (crash, lambda *_: advice()):
        (bare,) = run([wanted], FakeAdvisor(tiny, script), plan=BARE).observations
        assert bare.settlement is None


def test_single_messages_are_retold(tiny):
    heard = []

    def script(messages, corrections):
        heard.append(messages[-1].content)
        return advice("proefbon")

    wanted = case(question="Wij maken machines. Wie betaalt onze proef?", expected=["proefbon"])
    (seen,) = run([wanted], FakeAdvisor(tiny, script, ["proefbon"]), plan=Plan(settle=False)).observations
    assert set(seen.variants) == {"typos", "lower_case", "order"}
    assert "Wie betaalt onze proef? Wij maken machines." in heard
    assert seen.variants["typos"].top == ("proefbon",)


def test_the_progress_bar_counts(capsys):
    with progress_bar(2) as step:
        step(case())
    with progress_bar(2, quiet=True) as step:
        step(case())
    assert capsys.readouterr().out == ""


def test_typos_are_seeded_and_one_in_four_words():
    text = "Wij zoeken geld voor een nieuwe machine in onze fabriek bij Zwolle"  # twelve words
    changed = typos(text, "a")
    assert changed == typos(text, "a")
    assert changed != typos(text, "b")
    differing = sum(one != other for one, other in zip(text.split(), changed.split(), strict=True))
    assert differing == 3


def test_typos_leave_numbers_and_short_words_alone():
    assert typos("12 mei om 3 uur", "a") is None
    for seed in "abcdefgh":
        assert "2026" in typos("in 2026 machine", seed)


def test_lower_case_and_order():
    assert lower_case("De WBSO", "") == "de wbso"
    assert lower_case("geen", "") is None
    assert other_order("Een. Twee. Drie.", "a") != "Een. Twee. Drie."
    assert sorted(other_order("Een. Twee. Drie.", "a").split()) == ["Drie.", "Een.", "Twee."]
    assert other_order("Eén zin.", "a") is None


@pytest.mark.parametrize(
    ("field", "options", "truth", "language", "says"),
    [
        ("employees", ("2 tot 9", "10 tot 49"), {"employees": 12}, "nl", "We zijn met 12 mensen."),
        ("province", ("Utrecht", "Noord-Brabant"), {"province": "noord-brabant"}, "nl", "Noord-Brabant"),
        ("province", (), {"province": "noord-brabant"}, "nl", "We zitten in noord brabant."),
        ("technically_new", ("Ja", "Nee"), {"technically_new": False}, "nl", "Nee"),
        ("technically_new", (), {"technically_new": True}, "en", "Yes"),
        ("needs", ("Verduurzamen", "Digitaliseren"), {"needs": ["verduurzaming"]}, "nl", "Verduurzamen"),
        ("phase", ("x",), {}, "nl", "Weet ik niet"),
        ("phase", ("x",), {}, "en", "I don't know"),
    ],
)
def test_the_truthful_entrepreneur(field, options, truth, language, says):
    assert answer(Question(field=field, text="?", options=options), Profile(**truth), language) == says


def scripted(tops, questions):
    """Top and question by the number of messages of the user; the whole truth gives the last top."""

    def script(messages, corrections):
        turn = sum(message.role == "user" for message in messages) - 1
        if corrections:
            return advice(*tops[-1])
        field = questions[min(turn, len(questions) - 1)]
        return advice(*tops[min(turn, len(tops) - 1)], question=asking(field) if field else None)

    return script


FIRST = [Message(role="user", content="Wie betaalt?")]


@pytest.mark.parametrize(
    ("tops", "questions", "settled", "right", "asked"),
    [
        ([["a"], ["b"]], ["phase", None], 1, True, ("phase",)),
        ([["a"]], [None], 0, True, ()),
        ([["a"], ["b"]], [None], 0, False, ()),
        ([["b"], ["b"]], ["phase", None], 0, True, ("phase",)),
        ([["a"], ["a"], ["b"]], ["phase", "sector", None], 2, True, ("phase", "sector")),
    ],
)
def test_settling(tiny, tops, questions, settled, right, asked):
    found = settle(FakeAdvisor(tiny, scripted(tops, questions)), FIRST, Profile(employees=3))
    assert (found.questions, found.right, found.asked) == (settled, right, asked)


def test_an_endless_questioner_is_stopped(tiny):
    tops = [[str(number)] for number in range(20)]
    found = settle(FakeAdvisor(tiny, scripted(tops, ["phase"])), FIRST, Profile(employees=3))
    assert (found.questions, len(found.asked)) == (None, 6)


def test_the_real_assistant_over_the_invented_catalogue(tiny_advisor):
    told = case(
        question="Wij zijn een bedrijf in Zeeland met 12 mensen en willen een proef doen met ons prototype.",
        expected=["proefbon"], truth={"employees": 12, "province": "zeeland", "phase": "prototype"},
    )  # fmt: skip
    (seen,) = run([told], tiny_advisor).observations
    assert seen.error is None
    assert isinstance(seen.reply, Reply)
    assert seen.settlement.right
    assert "proefbon" in seen.retrieved
