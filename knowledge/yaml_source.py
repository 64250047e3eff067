"""YAML that knows its lines, and refuses a key that stands twice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import CatalogueError

Path_ = tuple[str | int, ...]
_FastestLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FastestLoader):  # type: ignore[misc]
    """YAML 1.2's booleans: only true and false, so that the words 'no', 'yes' and 'on' stay words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _FastestLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def parse_yaml(text: str) -> Any:
    """Parse YAML text of our own.

    Raises:
        yaml.YAMLError: it is no valid YAML.
    """
    return yaml.load(text, Loader=_Loader)


class YamlFile:
    """One parsed file: ``data``, and the line on which each key path stands."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        """Parse ``path`` (or ``text`` in its name).

        Raises:
            CatalogueError: unreadable, not YAML, or a key that stands twice.
        """
        self.path = path
        self._lines: dict[Path_, int] = {}
        loader = _Loader(self._read() if text is None else text)
        try:
            node = loader.get_single_node()
            if node is not None:
                self._walk(node, ())
            self.data: Any = None if node is None else loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CatalogueError(
                f"{path}, line {line}: this is no valid YAML ({error.problem}). "
                "A text with ': ' or '#' in it needs quotes around it."
            ) from error
        except (yaml.YAMLError, ValueError) as error:
            raise CatalogueError(f"{path}: this is no valid YAML ({error}).") from error
        finally:
            loader.dispose()

    def _read(self) -> str:
        try:
            return self.path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(f"{self.path} can't be read: {error}. Save it as UTF-8 text.") from error

    def _walk(self, node: yaml.Node, path: Path_) -> None:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    raise CatalogueError(
                        f"{self.path}, line {key.start_mark.line + 1}: "
                        f"'{key.value}' stands twice under '{dotted(path)}'. Keep one of the two."
                    )
                seen.add(key.value)
                self._walk(value, (*path, key.value))
                self._lines[(*path, key.value)] = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._walk(item, (*path, index))

    def line_of(self, path: Path_) -> int:
        """The line of a key path, or of the nearest part of it that the file has."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def dotted(path: Path_) -> str:
    """A key path as people read it: ``facts[2].text.nl``."""
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else (f".{part}" if out else str(part))
    return out or "the top of the file"
