"""One case as a conversation on the terminal: what was said, what was expected, what went wrong."""

from __future__ import annotations

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from assistant.models import Reply
from eval.observations import Observation


def show(console: Console, seen: Observation, failures: tuple[str, ...]) -> None:
    """Print a case, its conversation and its verdict."""
    case = seen.case
    console.print(Text.assemble((case.id, "bold"), f"  {case.kind.value}, {case.language}"))
    console.print(Text(f"Why: {case.why}", style="dim"))
    for message in seen.transcript:
        mine = message.role == "user"
        body = Text(message.content or "(empty)") if mine else Markdown(message.content)
        console.print(Panel(body, title=message.role, title_align="left", border_style="cyan" if mine else "green"))
    if not seen.transcript:
        console.print(Panel(Text(case.text), title="user", title_align="left", border_style="cyan"))
    if seen.reply:
        console.print(Group(_advice(seen.reply), _citations(seen.reply)))
        if seen.reply.question:
            console.print(Text(f"Asks for {seen.reply.question.field}: {' / '.join(seen.reply.question.options)}"))
    if seen.understood:
        console.print(Text(f"Understood: {seen.understood}"))
    if seen.retrieved is not None:
        console.print(Text(f"Retrieved: {', '.join(seen.retrieved)}"))
    console.print(_expected(seen))
    if failures:
        console.print(Text("Failed", style="bold red"))
        for failure in failures:
            console.print(Text(f"  ✗ {failure}", style="red"))
    else:
        console.print(Text("Passed", style="bold green"))


def _advice(reply: Reply) -> Table:
    table = Table("rank", "instrument", "fit", "score", "checks", title=f"{reply.intent.value}", title_justify="left")
    for entry in reply.recommendations:
        checks = ", ".join(f"{check.criterion}: {check.verdict.value}" for check in entry.checks)
        table.add_row(str(entry.rank), entry.instrument, entry.fit.value, f"{entry.score:.2f}", checks)
    for gone in reply.rejected:
        table.add_row("–", gone.instrument, f"rejected: {gone.criterion}", "", Text(gone.why))
    if reply.mentioned:
        table.add_row("", ", ".join(reply.mentioned), "mentioned", "", "")
    return table


def _citations(reply: Reply) -> Table:
    table = Table("n", "fact", "source", "as of", "text", title="Citations", title_justify="left")
    for citation in reply.citations:
        table.add_row(
            str(citation.n),
            citation.fact,
            f"{citation.source}, {citation.locator}",
            citation.as_of,
            Text(citation.text),
        )
    return table


def _expected(seen: Observation) -> Text:
    case = seen.case
    parts = {
        "expected": case.expected,
        "any of": case.expected_any,
        "acceptable": case.acceptable,
        "forbidden": case.forbidden,
        "fits": case.fits,
        "maybe": case.maybe,
        "cite": case.cite,
        "profile": case.profile,
        "not understood": case.not_in_profile,
        "arguable": case.arguable,
        "intent": case.expected_intent.value if case.expected_intent else "",
        "abstain": "" if case.must_abstain is None else str(case.must_abstain),
        "asks": "" if case.asks is None else str(case.asks),
    }
    shown = [f"{name}: {', '.join(value) if isinstance(value, tuple) else value}" for name, value in parts.items() if value]
    return Text("Expected  " + "; ".join(shown))
