"""The catalogue: a folder of instruments and a bibliography, loaded and validated as a whole."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from knowledge.errors import CatalogueError, NoCatalogueError
from knowledge.models import Evaluation, Fact, Grounded, Instrument, Source
from knowledge.yaml_source import Path_, YamlFile, dotted

_SOURCES = TypeAdapter(tuple[Source, ...])
_UNION_TAGS = frozenset({"Comparison", "AllOf", "AnyOf", "Not", "Manual"})


def packaged_folder() -> Path:
    """The catalogue that ships with the package."""
    return Path(str(resources.files("knowledge")))


@dataclass(frozen=True)
class Catalogue:
    """All instruments by id, and every source by its qualified id."""

    instruments: dict[str, Instrument]
    sources: dict[str, Source]
    fingerprint: str

    def __getitem__(self, instrument: str) -> Instrument:
        """One instrument.

        Raises:
            CatalogueError: no such id; the message offers the nearest.
        """
        try:
            return self.instruments[instrument]
        except KeyError:
            near = difflib.get_close_matches(instrument, self.instruments, n=3, cutoff=0.4)
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            raise CatalogueError(
                f"There is no instrument '{instrument}' in the catalogue.{hint} 'instrumentwijzer list' shows all ids."
            ) from None

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self.instruments.values())

    def __len__(self) -> int:
        return len(self.instruments)

    @cached_property
    def grounded(self) -> dict[str, tuple[Instrument, Grounded]]:
        """Every fact, finding and dispute by its qualified id, such as ``wbso.purpose``."""
        return {f"{i.id}.{item.id}": (i, item) for i in self for item in i.grounded}

    def fact(self, qualified: str) -> Grounded:
        """The fact or finding with this qualified id.

        Raises:
            CatalogueError: no such fact.
        """
        try:
            return self.grounded[qualified][1]
        except KeyError:
            raise CatalogueError(f"There is no fact '{qualified}' in the catalogue.") from None

    def source_of(self, instrument: Instrument, item: Grounded) -> Source:
        return self.sources[self.source_id(instrument, item)]

    def source_id(self, instrument: Instrument, item: Grounded) -> str:
        """A source of the instrument's own file is qualified by its id; a shared one is not."""
        local = f"{instrument.id}.{item.source}"
        return local if local in self.sources else item.source

    @property
    def facts(self) -> list[Fact]:
        return [fact for instrument in self for fact in instrument.facts]

    @property
    def evaluations(self) -> list[Evaluation]:
        return [finding for instrument in self for finding in instrument.evaluations]


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Load ``instruments/*.yaml`` and ``sources.yaml`` from a folder (default: the packaged one).

    Raises:
        CatalogueError: the first problem found, with all problems of that file.
    """
    catalogue, problems = read_catalogue(folder)
    if problems:
        raise CatalogueError("\n".join(problems))
    return catalogue


def read_catalogue(folder: Path | None = None) -> tuple[Catalogue, list[str]]:
    """Load as far as possible, and list every problem as ``file, line, field: what; remedy``.

    Raises:
        NoCatalogueError: the folder holds no catalogue at all.
    """
    root = folder or packaged_folder()
    files = sorted((root / "instruments").glob("*.yaml"))
    if not files:
        raise NoCatalogueError(f"{root / 'instruments'} holds no instruments (*.yaml). Point to a catalogue folder.")
    digest = hashlib.sha256()
    problems: list[str] = []
    sources = _read_sources(root / "sources.yaml", problems, digest)
    instruments: dict[str, Instrument] = {}
    parsed: dict[str, YamlFile] = {}
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
        instrument, file = _read_instrument(path, problems)
        if instrument and file:
            instruments[instrument.id] = instrument
            parsed[instrument.id] = file
            sources |= {f"{instrument.id}.{source.id}": source for source in instrument.sources}
    for instrument in instruments.values():
        problems += _cross_references(instrument, parsed[instrument.id], instruments, sources)
    return Catalogue(instruments, sources, digest.hexdigest()[:16]), problems


def _read_sources(path: Path, problems: list[str], digest: Any) -> dict[str, Source]:
    if not path.is_file():
        return {}
    digest.update(path.read_bytes())
    try:
        file = YamlFile(path)
        return {source.id: source for source in _SOURCES.validate_python(file.data or [])}
    except CatalogueError as error:
        problems.append(str(error))
    except ValidationError as error:
        problems.extend(_explain(file, error))
    return {}


def _read_instrument(path: Path, problems: list[str]) -> tuple[Instrument | None, YamlFile | None]:
    try:
        file = YamlFile(path)
        instrument = Instrument.model_validate(file.data)
    except CatalogueError as error:
        problems.append(str(error))
        return None, None
    except ValidationError as error:
        problems.extend(_explain(file, error))
        return None, None
    if instrument.id != path.stem:
        problems.append(
            f"{path}, line {file.line_of(('id',))}, id: '{instrument.id}' differs from the file's name. Rename one of the two."
        )
        return None, None
    return instrument, file


def _explain(file: YamlFile, error: ValidationError) -> list[str]:
    """Pydantic's errors → one line each; of a union's alternatives only those of the kind that was meant."""
    found = []
    for detail in error.errors(include_url=False):
        loc = tuple(part for part in detail["loc"] if not str(part).startswith("function-"))
        where: Path_ = tuple(part for part in loc if part not in _UNION_TAGS)
        if len(where) < len(loc) and not _meant(file, loc):
            continue
        message = detail["msg"].removeprefix("Value error, ")
        remedy = ""
        if detail["type"] == "extra_forbidden":
            remedy = " Remove this key, or correct its spelling."
        elif detail["type"] == "missing":
            remedy = " Add it."
        found.append(f"{file.path}, line {file.line_of(where)}, {dotted(where)}: {message}.{remedy}".replace("..", "."))
    return found or [f"{file.path}: {error}"]


def _meant(file: YamlFile, loc: tuple[str | int, ...]) -> bool:
    node: Any = file.data
    for part in loc:
        if part in _UNION_TAGS:
            if not isinstance(node, dict):
                return part == "Comparison"
            marks = {"AllOf": "all", "AnyOf": "any", "Not": "not", "Manual": "manual"}
            meant = next((tag for tag, key in marks.items() if key in node), "Comparison")
            if meant != part:
                return False
        elif isinstance(node, dict):
            node = node.get(part)
        elif isinstance(node, (list, tuple)) and isinstance(part, int) and part < len(node):
            node = node[part]
    return True


def _cross_references(
    instrument: Instrument, file: YamlFile, instruments: dict[str, Instrument], sources: dict[str, Source]
) -> list[str]:
    problems = []
    for group in ("facts", "evaluations"):
        for index, item in enumerate(getattr(instrument, group)):
            if f"{instrument.id}.{item.source}" not in sources and item.source not in sources:
                line = file.line_of((group, index, "source"))
                problems.append(
                    f"{file.path}, line {line}, {group}[{index}].source: '{item.source}' is in neither this file's "
                    "'sources' nor sources.yaml. Add the source, or correct its id."
                )
    for index, successor in enumerate(instrument.status.successors):
        if successor not in instruments:
            line = file.line_of(("status", "successors", index))
            problems.append(f"{file.path}, line {line}, status.successors: there is no instrument '{successor}'.")
    for index, link in enumerate(instrument.combinations):
        if link.with_ not in instruments:
            line = file.line_of(("combinations", index, "with"))
            problems.append(f"{file.path}, line {line}, combinations[{index}].with: there is no instrument '{link.with_}'.")
    return problems
