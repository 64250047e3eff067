"""What was held against what, at a glance: criteria with their verdicts, and what was rejected and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from assistant.models import Recommendation, Rejection, Reply, Verdict
from assistant.web.html import Content, Html, el, fold, join, sign
from assistant.web.markdown import marker
from assistant.web.texts import Texts
from knowledge.models import Instrument

_SIGNS = {Verdict.MET: "✓", Verdict.NOT_MET: "✕", Verdict.UNKNOWN: "?"}

Instruments = Mapping[str, Instrument]


def overview(n: int, reply: Reply, texts: Texts, instruments: Instruments) -> Html | None:
    """For who has a caller on the line: a table for each offer, and one of the rejected."""
    if not (reply.recommendations or reply.rejected):
        return None
    cited = {citation.n for citation in reply.citations}
    verdicts = Counter(check.verdict for offer in reply.recommendations for check in offer.checks)
    counts = texts("overview.summary", **{verdict.value: verdicts[verdict] for verdict in Verdict})
    return fold(
        "overview",
        texts("overview.heading"),
        *(_criteria(n, offer, texts, instruments, cited) for offer in reply.recommendations),
        _rejections(n, reply.rejected, texts, instruments, cited),
        note=counts,
        id=f"t{n}-overview",
    )


def verdict_badge(verdict: Verdict, texts: Texts) -> Html:
    """A verdict as sign and word; the colour only repeats it."""
    return el("span", sign(_SIGNS[verdict]), " ", texts(f"overview.verdicts.{verdict}"), class_=f"verdict {verdict}")


def name_of(instrument: str, texts: Texts, instruments: Instruments) -> str:
    """An instrument's name in the page's language."""
    found = instruments.get(instrument)
    return found.name.of(texts.language) if found else instrument


def _criteria(n: int, offer: Recommendation, texts: Texts, instruments: Instruments, cited: Collection[int]) -> Html:
    name = name_of(offer.instrument, texts, instruments)
    fit = el("span", texts(f"overview.fits.{offer.fit}"), class_=f"fit {offer.fit}")
    caption = join(f"{offer.rank}. {name} ", fit)
    if not offer.checks:
        return join(el("h5", caption), el("p", texts("overview.no_criteria"), class_="note"))
    rows = [(check.text, verdict_badge(check.verdict, texts), _refs(n, check.citations, texts, cited)) for check in offer.checks]
    return _table(caption, ("criterion", "verdict", "source"), rows, texts)


def _rejections(
    n: int, rejected: Sequence[Rejection], texts: Texts, instruments: Instruments, cited: Collection[int]
) -> Html | None:
    if not rejected:
        return None
    rows = []
    for entry in rejected:
        name = name_of(entry.instrument, texts, instruments)
        why = entry.why.removeprefix(f"{name}:").strip()
        rows.append((name, why[:1].upper() + why[1:], _refs(n, entry.citations, texts, cited)))
    return _table(texts("overview.rejected"), ("instrument", "why", "source"), rows, texts)


def _table(caption: Content, columns: Sequence[str], rows: Sequence[tuple[Content, Content, Content]], texts: Texts) -> Html:
    head = el("tr", *(el("th", texts(f"overview.{column}"), scope="col") for column in columns))
    body = (
        el("tr", el("th", first, scope="row"), el("td", second), el("td", third, class_="refs")) for first, second, third in rows
    )
    return el("table", el("caption", caption), el("thead", head), el("tbody", *body))


def _refs(n: int, numbers: Sequence[int], texts: Texts, cited: Collection[int]) -> Html:
    return join(*(marker(n, number, texts("sources.marker", n=number)) for number in numbers if number in cited))
