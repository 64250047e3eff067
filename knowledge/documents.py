"""Original documents → passages that keep their page and paragraph.

A locator names a passage as ``p. 3, al. 4`` (page 3, paragraph 4; ``al. 4-5`` for a run), counted as
this module splits the document. Changing how paragraphs are split therefore moves locators:
``instrumentwijzer check --documents`` tells at once which facts would lose their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from knowledge.errors import DocumentError, NoDocumentsError
from knowledge.privacy import mask_contacts

SUFFIXES = frozenset({".txt", ".pdf", ".html", ".htm", ".md"})

_BULLET = re.compile(r"^(?:[•▪–-]\s|\(?[0-9]{1,2}[.)]\s|[IVX]{1,5}\.\s+|\*\s)")
_PAGE_NUMBER = re.compile(r"^(?:pagina\s+|page\s+)?\d{1,4}(?:\s*/\s*\d{1,4})?$", re.IGNORECASE)
_URL_ONLY = re.compile(r"^(?:https?://\S+\s*)+$")
_FOOTNOTE = re.compile(r"^(\d{1,3})\s+(?=[A-Z€«\"'h])")
_SENTENCE_END = re.compile(r"[.!?:;»”\"]['’)\]\d]*$")
_LOCATOR = re.compile(r"^p\.\s*(\d+),\s*(?:al|par)\.\s*(\d+)(?:\s*-\s*(\d+))?$")
_REPLACED_FORM_FEED = re.compile(r"^ (?=\S)")


@dataclass(frozen=True, slots=True)
class DocumentPassage:
    """One paragraph of an original document."""

    document: str
    page: int
    paragraph: int
    text: str

    @property
    def locator(self) -> str:
        return f"p. {self.page}, al. {self.paragraph}"


@dataclass(frozen=True, slots=True)
class Locator:
    """A place in a document: one page, and a run of paragraphs on it (both ends included)."""

    page: int
    first: int
    last: int

    @classmethod
    def parse(cls, text: str) -> Locator | None:
        """``p. 3, al. 4`` or ``p. 3, al. 4-6``; None when the text is no such place."""
        found = _LOCATOR.match(text.strip())
        if not found:
            return None
        first = int(found[2])
        return cls(int(found[1]), first, int(found[3] or first))

    def covers(self, passage: DocumentPassage) -> bool:
        return passage.page == self.page and self.first <= passage.paragraph <= self.last


def passage_at(passages: list[DocumentPassage], locator: str) -> str | None:
    """The text that a locator names, or None where it names nothing in these passages."""
    place = Locator.parse(locator)
    if place is None:
        return None
    texts = [passage.text for passage in passages if place.covers(passage)]
    return " ".join(texts) if len(texts) == place.last - place.first + 1 else None


def find_documents(folder: Path) -> list[Path]:
    """Every readable document below ``folder``, sorted by path.

    Raises:
        NoDocumentsError: the folder does not exist.
    """
    if not folder.is_dir():
        raise NoDocumentsError(f"{folder} is no folder with documents. Give an existing folder to --documents.")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def read_passages(path: Path, document: str | None = None) -> list[DocumentPassage]:
    """Split one document into passages, contacts of people masked.

    Raises:
        DocumentError: the file can't be read as its suffix says.
    """
    name = document or path.stem
    return [
        DocumentPassage(name, page_number, number, mask_contacts(text))
        for page_number, paragraphs in enumerate(_pages(path), start=1)
        for number, text in enumerate(paragraphs, start=1)
    ]


def _pages(path: Path) -> Iterator[list[str]]:
    suffix = path.suffix.lower()
    try:
        if suffix == ".pdf":
            yield from (_paragraphs(page) for page in _pdf_pages(path))
        elif suffix in {".html", ".htm"}:
            yield _html_paragraphs(path.read_text("utf-8", errors="replace"))
        else:
            yield from (_paragraphs(page) for page in _text_pages(path.read_text("utf-8", errors="replace")))
    except DocumentError:
        raise
    except Exception as error:  # the readers raise many kinds; the person needs one sentence
        raise DocumentError(f"{path} can't be read as {suffix[1:]}: {error}. Repair the file or remove it.") from error


def _pdf_pages(path: Path) -> list[list[str]]:
    from pypdf import PdfReader

    return [(page.extract_text() or "").splitlines() for page in PdfReader(path).pages]


def _text_pages(text: str) -> list[list[str]]:
    """Pages end at a form feed; some converters put one space at a line's start in its place."""
    if "\f" in text:
        return [page.splitlines() for page in text.split("\f")]
    pages: list[list[str]] = [[]]
    for line in text.splitlines():
        if _REPLACED_FORM_FEED.match(line) and any(part.strip() for part in pages[-1]):
            pages.append([])
        pages[-1].append(line)
    return pages


def _html_paragraphs(markup: str) -> list[str]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "html.parser")
    for furniture in soup(["script", "style", "nav", "header", "footer", "aside", "form", "noscript"]):
        furniture.decompose()
    blocks = soup.find_all(["h1", "h2", "h3", "h4", "p", "li", "td", "th", "blockquote"])
    texts = [" ".join(block.get_text(" ").split()) for block in blocks if not block.find(["p", "li", "td"])]
    return [text for text in texts if text]


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines of one page → paragraphs: hyphens rejoined, furniture dropped."""
    kept = [line for line in lines if not _is_furniture(line)]
    width = _full_width(kept)
    double_spaced = _is_double_spaced(kept)
    paragraphs: list[list[str]] = []
    footnote = 0
    gap = ""  # what stood between the previous text line and this one: "" nothing, "blank", "break"
    for line in kept:
        text = line.strip()
        if not text:
            # In a double-spaced page an empty line is only leading; a line of blanks ends the paragraph.
            ends = not double_spaced or line != ""
            gap = "break" if ends or gap == "break" else "blank"
            continue
        note = _FOOTNOTE.match(text)
        starts_note = bool(note and _follows(int(note[1]), footnote))
        if starts_note and note:
            footnote = int(note[1])
        previous = paragraphs[-1][-1] if paragraphs else None
        if previous is None or starts_note or _starts_paragraph(previous, text, gap, width):
            paragraphs.append([text])
        else:
            paragraphs[-1].append(text)
        gap = ""
    return [joined for joined in map(_join, paragraphs) if len(joined) > 2]


def _is_furniture(line: str) -> bool:
    text = line.strip()
    return bool(text) and bool(_PAGE_NUMBER.match(text) or _URL_ONLY.match(text))


def _follows(number: int, last: int) -> bool:
    """Footnotes run on: the first of a page may be any number, the next ones count up."""
    return last == 0 or number == last + 1


def _full_width(lines: list[str]) -> float:
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    return median(lengths[len(lengths) // 2 :]) if lengths else 0.0


def _is_double_spaced(lines: list[str]) -> bool:
    content = [index for index, line in enumerate(lines) if line.strip()]
    followed = sum(1 for index in content if index + 1 < len(lines) and lines[index + 1] == "")
    return len(content) >= 4 and followed >= len(content) / 3


def _starts_paragraph(previous: str, text: str, gap: str, width: float) -> bool:
    if _BULLET.match(text):
        return True
    if previous.endswith("-") or text[0].islower():
        return False
    short = len(previous) < 0.72 * width
    if gap == "break":
        # A blank line after a bullet's first line is layout, not the end of the bullet.
        return not (_BULLET.match(previous) and not short and not _SENTENCE_END.search(previous))
    if gap == "blank":
        return short
    return short and bool(_SENTENCE_END.search(previous))


def _join(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        if re.search(r"[a-zà-ÿ]-$", text) and line[0].islower() and not re.match(r"(?:en|of|and|or)\b", line):
            text = text[:-1] + line
        else:
            text = f"{text} {line}"
    return " ".join(text.split())
