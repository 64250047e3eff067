"""What the package carries, and which way its imports point."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("knowledge", "assistant", "eval")
CODE = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# Who may import it: file or folder, from the root.
KEEPERS = {
    "sentence_transformers": ("knowledge/embedding/",),
    "chromadb": ("knowledge/index.py", "eval/contestants.py"),
    "langchain_chroma": ("knowledge/index.py", "eval/contestants.py"),
    "gradio": ("assistant/web/page.py", "assistant/web/server.py"),
}
FORBIDDEN = {"knowledge": {"assistant", "eval"}, "assistant": {"eval"}, "eval": set()}

OLDEST_SETUPTOOLS = 77  # as pyproject.toml asks
READ_AT_RUN_TIME = {".yaml", ".css", ".js", ".json", ".txt", ".safetensors", ".tsv", ".npz"}

EXPECTED = (
    "knowledge/sources.yaml",
    "knowledge/language.yaml",
    "knowledge/retrieval.yaml",
    "knowledge/shelf_life.yaml",
    "assistant/ranking.yaml",
    "assistant/lexicon/nl.yaml",
    "assistant/lexicon/en.yaml",
    "assistant/phrases/nl.yaml",
    "assistant/phrases/en.yaml",
    "assistant/web/texts.yaml",
    "assistant/web/style.css",
    "assistant/web/page.js",
    "eval/gate.yaml",
    "eval/metrics.yaml",
    "eval/report.css",
    "knowledge/README.md",
)

ids = {"ids": lambda path: path.relative_to(ROOT).as_posix()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names of the files in a wheel built from a copy of the checkout, which stays clean that way."""
    folder = tmp_path_factory.mktemp("wheel")
    copy, made = folder / "copy", folder / "made"
    copy.mkdir()
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, copy)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    if not find_spec("setuptools") or int(version("setuptools").split(".")[0]) < OLDEST_SETUPTOOLS:
        pytest.skip(f"no setuptools>={OLDEST_SETUPTOOLS} is installed, so no wheel can be made here")
    if find_spec("build"):
        command = ["build", "--wheel", "--no-isolation", "--outdir", str(made), str(copy)]
    else:
        command = ["pip", "wheel", str(copy), "--no-deps", "--no-build-isolation", "-w", str(made)]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, timeout=240, check=False, cwd=folder)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    (path,) = made.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return frozenset(archive.namelist())


@pytest.mark.parametrize("name", EXPECTED)
def test_the_wheel_holds(wheel: frozenset[str], name: str) -> None:
    assert (ROOT / name).is_file(), "no longer in the checkout: correct this test"
    assert name in wheel


def test_the_wheel_holds_every_data_file(wheel: frozenset[str]) -> None:
    """All that the program reads when it runs; what only training and documentation use may stay behind."""
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in READ_AT_RUN_TIME and "__pycache__" not in path.parts
    }
    assert sorted(files - wheel) == []


def test_the_wheel_holds_the_catalogue_and_the_cases(wheel: frozenset[str], catalogue: Catalogue) -> None:
    instruments = {name for name in wheel if re.fullmatch(r"knowledge/instruments/[a-z0-9-]+\.yaml", name)}
    assert instruments == {f"knowledge/instruments/{id_}.yaml" for id_ in catalogue.instruments}
    assert any(re.fullmatch(r"eval/cases/[^/]+\.yaml", name) for name in wheel)


def test_the_wheel_holds_nothing_else(wheel: frozenset[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, wherever it does so: at its top, in a function, or for its types."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level] if node.level else ()
            yield ".".join((*base, *(node.module or "").split("."))).strip("."), node.lineno
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in {"import_module", "__import__"} and isinstance(first, ast.Constant):
                yield str(first.value), node.lineno


@pytest.mark.parametrize("path", CODE, **ids)
def test_imports_point_one_way(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    for module, line in imported(path):
        top = module.split(".")[0]
        assert top not in FORBIDDEN[name.split("/")[0]], f"{name}:{line} imports {module}"


@pytest.mark.parametrize("library", KEEPERS)
def test_a_heavy_library_is_imported_in_one_place(library: str) -> None:
    users = {
        path.relative_to(ROOT).as_posix() for path in CODE for module, _ in imported(path) if module.split(".")[0] == library
    }
    assert users, f"nothing imports {library}: correct this test"
    assert [name for name in users if not name.startswith(KEEPERS[library])] == []


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of the nodes that are docstrings: they tell, and the program does not read them."""
    return {
        id(node.value)
        for holder in ast.walk(tree)
        if isinstance(holder, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        for node in holder.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


@pytest.mark.parametrize("path", [path for path in CODE if path.relative_to(ROOT).parts[0] != "eval"], **ids)
def test_code_names_no_instrument(path: Path, catalogue: Catalogue) -> None:
    """What the assistant knows of a scheme stands in the data; code that names one is a special case."""
    names = sorted((id_ for id_ in catalogue.instruments if len(id_) >= 3), key=len, reverse=True)
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)
    tree = ast.parse(path.read_text("utf-8"))
    telling = docstrings(tree)
    found = [
        f"line {node.lineno}: '{hit.group()}' in {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in telling
        for hit in named.finditer(node.value)
    ]
    assert found == []
