"""The index: incremental, bound to its embedder, and never broken by a kill."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from knowledge.errors import SearchIndexError
from knowledge.index import SearchIndex, build_index, read_manifest
from knowledge.passages import Passage
from tests.conftest import FakeEmbedder


def passages(*texts):
    return [Passage(f"p{number}", text, "fact", "nl", "a", f"a.{number}") for number, text in enumerate(texts)]


def test_nothing_changed_embeds_nothing(tmp_path):
    embedder = FakeEmbedder()
    build_index(tmp_path, passages("een", "twee"), embedder, "fake")
    report = build_index(tmp_path, passages("een", "twee"), embedder, "fake")
    assert not report.rebuilt
    assert embedder.embedded == 2


def test_a_change_embeds_only_the_change(tmp_path):
    embedder = FakeEmbedder()
    build_index(tmp_path, passages("een", "twee", "drie"), embedder, "fake")
    report = build_index(tmp_path, passages("een", "anders", "drie"), embedder, "fake")
    assert (report.embedded, report.reused) == (1, 2)
    index = SearchIndex(tmp_path, embedder, "fake")
    assert {document.page_content for document in index.passages()} == {"een", "anders", "drie"}


def test_another_embedder_is_refused_with_a_remedy(tmp_path):
    embedder = FakeEmbedder()
    build_index(tmp_path, passages("een"), embedder, "fake")
    with pytest.raises(SearchIndexError, match="instrumentwijzer index"):
        SearchIndex(tmp_path, embedder, "other")


def test_another_embedder_builds_anew(tmp_path):
    build_index(tmp_path, passages("een"), FakeEmbedder(), "fake")
    other = FakeEmbedder("other")
    assert build_index(tmp_path, passages("een"), other, "other").embedded == 1


def test_no_index_says_how_to_build_one(tmp_path):
    with pytest.raises(SearchIndexError, match="instrumentwijzer index"):
        SearchIndex(tmp_path, FakeEmbedder(), "fake")


def test_the_nearest_passage_comes_first(tmp_path):
    embedder = FakeEmbedder()
    build_index(tmp_path, passages("lening bij de bank", "prototype testen", "export naar china"), embedder, "fake")
    index = SearchIndex(tmp_path, embedder, "fake")
    best, similarity = index.nearest(embedder.embed_query("prototype testen"), 1, "nl")[0]
    assert best == "p1"
    assert similarity == pytest.approx(1.0, abs=1e-4)


KILLED_BUILD = """
    import sys, time
    from pathlib import Path
    from knowledge import index
    from tests.conftest import FakeEmbedder
    from tests.knowledge.test_index import passages

    moment = sys.argv[2]
    def stop(*args, **kwargs):
        print("stopped", flush=True)
        time.sleep(60)

    class Slow(FakeEmbedder):
        def _encode(self, texts):
            if moment == "embedding":
                stop()
            return super()._encode(texts)

    if moment == "writing":
        index._write = stop
    if moment == "swapping":
        index._swap = stop
    if moment == "cleaning":
        index._remove_old = stop
    index.build_index(Path(sys.argv[1]), passages("een", "nieuw"), Slow(), "fake")
"""


@pytest.mark.parametrize("moment", ["embedding", "writing", "swapping", "cleaning"])
def test_a_kill_at_any_moment_leaves_a_working_index(tmp_path, moment):
    embedder = FakeEmbedder()
    build_index(tmp_path, passages("een", "twee"), embedder, "fake")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED_BUILD), str(tmp_path), moment],
        stdout=subprocess.PIPE, cwd=root, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "stopped"
    process.send_signal(signal.SIGKILL)
    process.wait()
    expected = {"een", "nieuw"} if moment == "cleaning" else {"een", "twee"}
    index = SearchIndex(tmp_path, embedder, "fake")
    assert {document.page_content for document in index.passages()} == expected

    start = time.monotonic()
    build_index(tmp_path, passages("een", "nieuw"), embedder, "fake")
    assert time.monotonic() - start < 30, "the killed build's lock is still held"
    index = SearchIndex(tmp_path, embedder, "fake")
    assert {document.page_content for document in index.passages()} == {"een", "nieuw"}
    assert len([path for path in tmp_path.glob("v*") if path.is_dir()]) <= 2


def test_a_damaged_manifest_is_no_index(tmp_path):
    embedder = FakeEmbedder()
    build_index(tmp_path, passages("een"), embedder, "fake")
    current = (tmp_path / "CURRENT").read_text()
    (tmp_path / current / "manifest.json").write_text("{")
    assert read_manifest(tmp_path) is None
    assert build_index(tmp_path, passages("een"), embedder, "fake").rebuilt
