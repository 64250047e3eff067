"""The command line as other programs meet it: exit status, one sentence on standard error, nothing but JSON.

The invented catalogue stands in for the real one wherever an index is needed, so that the file stays quick.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result
from typer.testing import CliRunner

from eval.cli import app
from knowledge.catalogue import Catalogue
from tests.conftest import TINY

SCHEMA = json.loads((Path(__file__).parent / "reply.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CONTRACT = {"start", "ask", "index", "check", "show", "list", "eval", "bench"}
COMMANDS = sorted(command.name or command.callback.__name__ for command in app.registered_commands if command.callback)
DONE, FAILED, WRONG_CALL = 0, 1, 2

QUESTIONS = (
    "Wie betaalt een proef met mijn prototype? We zitten met {n} mensen in Zeeland.",
    "Who pays for a trial with my prototype? We are {n} people in Limburg.",
    "Wat is de Proefbon?",
    "Werkt de Proefbon wel? Ik heb {n} mensen in dienst.",
    "What is the difference between the Test voucher and the Growth loan?",
    "Is de Oude regeling nog open?",
    "Ik zoek een lening van {n}.000 euro om te groeien.",
    "Hallo!",
    "Wat is de hoofdstad van Frankrijk, en waarom {n}?",
    "asdf {n} ???",
)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the one index of this file is kept."""
    return tmp_path_factory.mktemp("cli-data")


@pytest.fixture(autouse=True)
def environment(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of this machine, from the environment or a .env file, do not reach these tests."""
    for name in [name for name in os.environ if name.startswith("INSTRUMENTWIJZER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INSTRUMENTWIJZER_DATA", str(data))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSTRUMENTWIJZER_CATALOGUE", str(TINY))
    return TINY


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue folder that a test may write in."""
    folder = tmp_path / "catalogue"
    shutil.copytree(TINY, folder)
    monkeypatch.setenv("INSTRUMENTWIJZER_CATALOGUE", str(folder))
    return folder


def run(*arguments: str, given: bytes | None = None) -> Result:
    """A command in this process, which loads the embedder once for all tests."""
    return CliRunner().invoke(app, arguments, input=given)


def console(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as it is installed."""
    script = Path(sys.executable).with_name("instrumentwijzer")
    start = [str(script)] if script.is_file() else [sys.executable, "-c", "from eval.cli import main; main()"]
    return subprocess.run([*start, *arguments], capture_output=True, encoding="utf-8", timeout=120, check=False)


def replies(stdout: str) -> Iterator[dict[str, Any]]:
    """Each line of standard output, held against the contract."""
    for line in stdout.splitlines():
        reply = json.loads(line)
        problems = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in VALIDATOR.iter_errors(reply)]
        assert problems == [], line
        hold_together(reply)
        yield reply


def hold_together(reply: dict[str, Any]) -> None:
    """What a schema can't say: markers and citations belong together, and ranks run from one."""
    numbers = [citation["n"] for citation in reply["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    marked = {int(number) for number in re.findall(r"\[(\d+)\]", reply["answer"])}
    assert marked <= set(numbers)
    for part in (*reply["recommendations"], *reply["rejected"]):
        assert set(part["citations"]) <= set(numbers)
        for check in part.get("checks", ()):
            assert set(check["citations"]) <= set(numbers)
    ranks = [recommendation["rank"] for recommendation in reply["recommendations"]]
    assert ranks == list(range(1, len(ranks) + 1))
    if reply["abstained"] or reply["intent"] != "recommend":
        assert not ranks


def write_lines(path: Path, *lines: Any) -> Path:
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")
    return path


def assert_one_sentence(status: int, expected: int, stdout: str, stderr: str, *named: str) -> None:
    assert "Traceback" not in stderr
    assert stdout == ""
    (sentence,) = stderr.strip().splitlines()
    assert sentence[-1] in ".?"
    for name in named:
        assert name in sentence
    assert status == expected, f"exit status {status}: {sentence}"


# Calls that are wrong: (arguments, what the sentence must name)
WRONG = {
    "unknown id": (["show", "proefbonn"], ["proefbonn", "Did you mean proefbon"]),
    "unknown id, as JSON": (["show", "nergens", "--json"], ["nergens", "list"]),
    "unknown language": (["ask", "Wat is de Proefbon?", "--lang", "fr"], ["'fr'", "nl", "en"]),
    "neither question nor batch": (["ask", "--json"], ["question", "--batch"]),
    "both question and batch": (["ask", "Wat is de Proefbon?", "--batch", "x.jsonl"], ["question", "--batch"]),
    "no such batch file": (["ask", "--batch", "nergens.jsonl", "--json"], ["nergens.jsonl"]),
    "batch is a folder": (["ask", "--batch", ".", "--json"], ["file"]),
    "malformed new id": (["new", "Niet Goed", "--folder", "."], ["'Niet Goed'", "lower case"]),
    "new in no folder": (["new", "iets", "--folder", "nergens"], ["nergens"]),
    "no such split": (["eval", "--split", "alles"], ["alles", "train", "test"]),
    "no such cases": (["eval", "--cases", "nergens"], ["nergens"]),
    "no such corrections": (["propose", "nergens.jsonl"], ["nergens.jsonl"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_is_one_sentence_and_status_2(tiny: Path, name: str) -> None:
    arguments, named = WRONG[name]
    done = console(*arguments)
    assert_one_sentence(done.returncode, WRONG_CALL, done.stdout, done.stderr, *named)


@pytest.mark.parametrize(
    "arguments",
    [["start", "--port", "99999"], ["start", "--port", "veel"], ["bench", "--scale", "3"], ["list", "--colour"], ["adviseer"]],
    ids=" ".join,
)
def test_an_unknown_option_or_value_is_named(arguments: list[str]) -> None:
    done = console(*arguments)
    assert done.returncode == WRONG_CALL
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert arguments[-2 if len(arguments) == 3 else -1] in done.stderr


@pytest.mark.parametrize(
    "command", [["list"], ["list", "--json"], ["show", "proefbon"], ["check"], ["check", "--stale"]], ids=" ".join
)
def test_a_wrong_catalogue_folder_is_one_sentence(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUMENTWIJZER_CATALOGUE", "nergens")
    done = console(*command)
    assert_one_sentence(done.returncode, WRONG_CALL, done.stdout, done.stderr, "nergens", "catalogue folder")


def test_a_wrong_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUMENTWIJZER_PORT", "veel")
    done = console("list", "--json")
    assert_one_sentence(done.returncode, WRONG_CALL, done.stdout, done.stderr, "port")


def test_no_documents_folder_is_one_sentence(tiny: Path) -> None:
    done = console("check", "--documents", "nergens")
    assert "Traceback" not in done.stderr
    assert "nergens is no folder" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.returncode == WRONG_CALL


def test_the_help_tells_each_command() -> None:
    done = console("--help")
    assert done.returncode == DONE
    assert done.stderr == ""
    listed = re.findall(r"^\W*([a-z]+)\s{2,}[A-Z]\w+", done.stdout, re.MULTILINE)
    assert sorted(listed) == COMMANDS
    assert set(listed) >= CONTRACT


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == DONE
    assert re.search(rf"Usage: \S+ {command}\b", done.stdout)
    assert len(done.stdout.splitlines()) > 5


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["list"], ["show", "proefbon"], ["check"]], ids=" ".join)
def test_help_and_lists_stay_light(tiny: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from eval.cli import main; sys.argv = ['instrumentwijzer', *sys.argv[1:]]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'chromadb', 'gradio', 'scipy'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.strip() == "[]"
    assert done.stdout


def test_list_as_json(catalogue: Catalogue) -> None:
    done = console("list", "--json")
    assert done.returncode == DONE
    assert done.stderr == ""
    entries = json.loads(done.stdout)
    assert [entry["id"] for entry in entries] == list(catalogue.instruments)
    for entry in entries:
        assert {"id", "name", "group", "status", "as_of", "phases", "needs"} <= set(entry)
        assert entry["name"]["nl"]
        assert entry["facts"] > 0


def test_list_for_people(tiny: Path) -> None:
    done = console("list")
    assert done.returncode == DONE
    assert "3 instruments" in done.stdout
    assert "groeilening" in done.stdout


def test_show_as_json_is_what_the_file_says(tiny: Path) -> None:
    done = console("show", "proefbon", "--json")
    assert done.returncode == DONE
    assert done.stderr == ""
    shown = json.loads(done.stdout)
    assert shown["id"] == "proefbon"
    assert shown["combinations"][0]["with"] == "groeilening"
    assert shown["criteria"][0]["test"] == {"field": "employees", "op": "at_most", "value": 49}
    jsonschema.validate(shown, json.loads(console("check", "--schema").stdout))


def test_show_for_people_tells_facts_with_their_places(tiny: Path) -> None:
    done = run("show", "proefbon")
    assert done.exit_code == DONE
    for part in ("Proefbon", "€ 5.000", "p. 1, al. 3", "Het Blad", "De Bond", "Bureau Proef"):
        assert part in done.stdout


def test_check_passes_the_packaged_catalogue() -> None:
    done = console("check")
    assert done.stderr == ""
    assert "64 instruments" in done.stdout
    assert "No problems." in done.stdout
    assert done.returncode == DONE


def test_check_fails_on_a_mistake_and_tells_where(own: Path) -> None:
    path = own / "instruments" / "proefbon.yaml"
    path.write_text(path.read_text("utf-8").replace("group: subsidie", "group: cadeau"), "utf-8")
    done = console("check")
    assert done.returncode == FAILED
    assert "proefbon.yaml, line 4, group" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_schema_is_a_json_schema() -> None:
    done = console("check", "--schema")
    assert done.returncode == DONE
    assert done.stderr == ""
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {"id", "facts", "criteria", "status"} <= set(schema["properties"])


def test_check_stale_lists_old_facts(tiny: Path) -> None:
    done = run("check", "--stale")
    assert done.exit_code == DONE
    assert "past their shelf life" in done.stdout
    assert "proefbon.amount" in done.stdout


def test_new_writes_a_skeleton_that_check_reads(own: Path) -> None:
    done = run("new", "mijn-regeling")
    assert done.exit_code == DONE
    path = own / "instruments" / "mijn-regeling.yaml"
    written = path.read_text("utf-8")
    assert "id: mijn-regeling" in written
    assert "TODO" in written
    checked = console("check")
    assert "Traceback" not in checked.stderr
    assert "4 instruments" in checked.stdout


def test_new_leaves_an_existing_file_alone(own: Path) -> None:
    path = own / "instruments" / "proefbon.yaml"
    before = path.read_bytes()
    done = console("new", "proefbon", "--folder", str(own))
    assert path.read_bytes() == before
    assert_one_sentence(done.returncode, WRONG_CALL, done.stdout, done.stderr, "proefbon.yaml", "is there already")


def test_index_twice_embeds_nothing_the_second_time(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUMENTWIJZER_DATA", str(tmp_path / "data"))
    first, second = run("index"), run("index")
    assert (first.exit_code, second.exit_code) == (DONE, DONE)
    passages, embedded = re.search(r"(\d+) passages: (\d+) embedded, 0 taken over", first.stdout).groups()  # type: ignore[union-attr]
    assert passages == embedded != "0"
    assert f"{passages} passages, 0 embedded" in second.stdout


def test_index_takes_over_what_did_not_change(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUMENTWIJZER_DATA", str(tmp_path / "data"))
    assert run("index").exit_code == DONE
    path = own / "instruments" / "proefbon.yaml"
    path.write_text(path.read_text("utf-8").replace("hoogstens € 5.000", "hoogstens € 6.000"), "utf-8")
    again = run("index")
    assert again.exit_code == DONE
    embedded, taken = re.search(r"(\d+) embedded, (\d+) taken over", again.stdout).groups()  # type: ignore[union-attr]
    assert 0 < int(embedded) < int(taken)


def test_ask_as_json(tiny: Path) -> None:
    done = run("ask", "Wie betaalt een proef met mijn prototype? Wij zijn met 12 mensen in Zeeland.", "--json")
    assert done.exit_code == DONE
    (reply,) = replies(done.stdout)
    assert reply["id"] is None
    assert reply["language"] == "nl"
    assert reply["recommendations"][0]["instrument"] == "proefbon"
    assert reply["profile"]["employees"] == 12


def test_ask_in_the_language_of_choice(tiny: Path) -> None:
    done = run("ask", "Wat is de Proefbon?", "--json", "--lang", "en")
    (reply,) = replies(done.stdout)
    assert reply["language"] == "en"
    assert "Test voucher" in reply["answer"]


def test_ask_for_people_ends_in_its_sources(tiny: Path) -> None:
    done = run("ask", "Wat is de Proefbon?")
    assert done.exit_code == DONE
    assert "[1] Het Blad, p. 1, al." in done.stdout
    assert not done.stdout.lstrip().startswith("{")


def test_a_hundred_questions_in_one_process(tiny: Path, tmp_path: Path) -> None:
    lines = [
        {"id": f"vraag-{n}", "messages": [{"role": "user", "content": QUESTIONS[n % len(QUESTIONS)].format(n=n + 2)}]}
        for n in range(100)
    ]
    done = console("ask", "--batch", str(write_lines(tmp_path / "vragen.jsonl", *lines)), "--json")
    assert done.returncode == DONE
    assert "Traceback" not in done.stderr
    found = list(replies(done.stdout))
    assert [reply["id"] for reply in found] == [line["id"] for line in lines]
    assert [reply["error"] for reply in found] == [None] * 100
    assert {"recommend", "explain", "out_of_scope", "smalltalk"} <= {reply["intent"] for reply in found}
    assert {reply["language"] for reply in found} == {"nl", "en"}


GOOD = {"id": "goed", "messages": [{"role": "user", "content": "Wat is de Proefbon?"}]}

BAD_LINES: dict[str, tuple[bytes, Any]] = {
    "no JSON": (b"{dit is geen JSON", None),
    "no object": (b'["Wat is de Proefbon?"]', None),
    "no UTF-8": (b'{"id": 1, "turns": ["\xff\xfe"]}', None),
    "NaN": (b'{"id": NaN, "turns": ["Hallo"]}', None),
    "nested too deeply": (b"[" * 100_000, None),
    "no conversation": (b'{"id": "leeg"}', "leeg"),
    "both kinds": (b'{"id": 2, "turns": ["a"], "messages": [{"role": "user", "content": "a"}]}', 2),
    "no turns": (b'{"id": 3, "turns": []}', 3),
    "no messages": (b'{"id": 4, "messages": []}', 4),
    "turn is a number": (b'{"id": 5, "turns": [12]}', 5),
    "turns is a text": (b'{"id": 6, "turns": "Hallo"}', 6),
    "unknown role": (b'{"id": 7, "messages": [{"role": "system", "content": "Hallo"}]}', 7),
    "no content": (b'{"id": 8, "messages": [{"role": "user"}]}', 8),
    "the assistant spoke last": (b'{"id": 9, "messages": [{"role": "assistant", "content": "Hallo"}]}', 9),
}


def test_bad_lines_among_good_ones(tiny: Path, tmp_path: Path) -> None:
    good = json.dumps(GOOD).encode()
    path = tmp_path / "gemengd.jsonl"
    path.write_bytes(b"".join(line + b"\n" + good + b"\n" for line, _ in BAD_LINES.values()))
    done = run("ask", "--batch", str(path), "--json")
    assert done.exit_code == DONE
    found = list(replies(done.stdout))
    assert len(found) == 2 * len(BAD_LINES)
    assert all(reply["error"] is None and reply["id"] == "goed" for reply in found[1::2])
    assert len({reply["answer"] for reply in found[1::2]}) == 1
    for (name, (_, id_)), reply in zip(BAD_LINES.items(), found[::2], strict=True):
        assert reply["error"], name
        assert reply["id"] == id_, name
        assert reply["abstained"], name
        assert "\n" not in reply["error"], name


def test_errors_of_lines_quote_nothing_that_was_said(tiny: Path, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "geheim.jsonl", {"id": 1, "turns": [{"geheim": "mijn recept"}]})
    done = run("ask", "--batch", str(path), "--json")
    (reply,) = replies(done.stdout)
    assert reply["error"]
    assert "recept" not in done.output


def test_empty_lines_ask_nothing(tiny: Path) -> None:
    good = json.dumps(GOOD).encode()
    done = run("ask", "--batch", "-", "--json", given=b"\n" + good + b"\n  \n\r\n" + good)
    assert done.exit_code == DONE
    assert [reply["id"] for reply in replies(done.stdout)] == ["goed", "goed"]


def test_an_empty_file_gives_nothing(tiny: Path, tmp_path: Path) -> None:
    done = run("ask", "--batch", str(write_lines(tmp_path / "leeg.jsonl")), "--json")
    assert done.exit_code == DONE
    assert done.stdout == ""


@pytest.mark.parametrize("id_", [None, 0, "é €", 1.5, True, ["a", 1], {"b": None}], ids=repr)
def test_any_id_comes_back(tiny: Path, tmp_path: Path, id_: Any) -> None:
    path = write_lines(tmp_path / "ids.jsonl", {"id": id_, "turns": ["Hallo"]})
    (reply,) = replies(run("ask", "--batch", str(path), "--json").stdout)
    assert reply["id"] == id_


def test_turns_are_played_and_the_last_reply_returned(tiny: Path, tmp_path: Path) -> None:
    first, second = "Wie betaalt een proef met mijn prototype?", "Wij zijn met 12 mensen in Zeeland."
    path = write_lines(
        tmp_path / "beurten.jsonl",
        {"id": "beurten", "turns": [first, second]},
        {"id": "eerste", "turns": [first]},
        {"id": "zonder", "turns": [second]},
    )
    played, opening, alone = replies(run("ask", "--batch", str(path), "--json").stdout)
    assert (played["id"], opening["id"], alone["id"]) == ("beurten", "eerste", "zonder")
    assert played["profile"]["employees"] == 12
    assert played["profile"]["province"] == "zeeland"
    assert "employees" not in opening["profile"]
    assert "phase" not in alone["profile"], "what was said in another line is not known in this one"
    assert played["profile"].get("phase") == opening["profile"].get("phase") == "prototype"
    assert played["recommendations"][0]["instrument"] == "proefbon"


def test_messages_carry_the_conversation_so_far(tiny: Path, tmp_path: Path) -> None:
    said = [
        {"role": "user", "content": "Ik wil een proef met mijn prototype laten betalen."},
        {"role": "assistant", "content": "Hoeveel mensen werken er bij u?"},
        {"role": "user", "content": "12"},
    ]
    path = write_lines(tmp_path / "gesprek.jsonl", {"id": 1, "messages": said}, {"id": 2, "messages": said[-1:]})
    asked, alone = replies(run("ask", "--batch", str(path), "--json").stdout)
    assert asked["profile"].get("employees") == 12
    assert "employees" not in alone["profile"]
