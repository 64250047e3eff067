"""The gate has teeth: each planted fault breaks it, and the healthy assistant does not.

A fault is run on the cases that can show it. The other cases keep their healthy values, so what the gate sees
is at most the harm that the fault would do in a whole run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from assistant.advisor import Advisor
from assistant.runtime import build_advisor
from assistant.settings import Settings
from eval.cases import Case, CaseSet, load_cases
from eval.gate import Finding, Gates, check, load_gates
from eval.registry import BY_NAME
from eval.report import Report, build_report
from eval.runner import Plan, run
from eval.splits import position
from tests.eval.mutations import BARE, FAULTS, NEWLY, Fault, World


@dataclass(frozen=True)
class Healthy:
    advisor: Advisor
    cases: CaseSet
    report: Report
    gates: Gates
    search_anew: Callable[..., Any]

    def judged(self, advisor: Advisor, cases: tuple[Case, ...], plan: Plan) -> Report:
        return build_report(run(cases, advisor, plan=plan), self.cases.cases, advisor.catalogue)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Healthy:
    """The packaged assistant, every case run past it once."""
    advisor = build_advisor(Settings(data=tmp_path_factory.mktemp("mutations")))
    search_anew = advisor._search.instruments
    # The same question finds the same passages in every run; faults in the search itself ask anew.
    advisor._search.instruments = cache(search_anew)  # type: ignore[method-assign]
    cases = load_cases()
    report = build_report(run(cases, advisor, plan=BARE), cases.cases, advisor.catalogue)
    return Healthy(advisor, cases, report, load_gates(), search_anew)


def broken(report: Report, gates: Gates, baseline: Report) -> list[Finding]:
    return [finding for finding in check(report, gates, baseline, partial=True) if finding.broken]


def overlaid(whole: Report, part: Report) -> Report:
    newer = {record.id: record for record in part.cases}
    return Report(tuple(newer.get(record.id, record) for record in whole.cases))


def chosen(fault: Fault, world: World, cases: CaseSet) -> tuple[Case, ...]:
    """Those that can show the fault; of too many those with the lowest hashes, as good as at random."""
    fitting = [case for case in cases.cases if fault.cases(case, world)]
    return tuple(sorted(fitting, key=lambda case: position(case.id))[: fault.most])


def gates_of(findings: list[Finding]) -> set[str]:
    """The metrics whose gates these are, and ``NEWLY``. A finding is called after its metric, then a slice or the baseline."""
    names = {finding.name for finding in findings}
    titles = {metric.title: metric.name for metric in BY_NAME.values()} | {NEWLY: NEWLY}
    return {
        name
        for title, name in titles.items()
        if any(found == title or found.startswith((f"{title} (", f"{title} against")) for found in names)
    }


def test_the_healthy_assistant_breaks_no_gate(healthy: Healthy) -> None:
    assert len(healthy.report.cases) == len(healthy.cases)
    assert [finding.sentence for finding in broken(healthy.report, healthy.gates, healthy.report)] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_the_gate_catches(fault: Fault, healthy: Healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, healthy.advisor, healthy.report, healthy.search_anew)
    cases = chosen(fault, world, healthy.cases)
    assert cases
    before = healthy.report
    if fault.plan != BARE:
        before = overlaid(before, healthy.judged(healthy.advisor, cases, fault.plan))
    faulty = fault.plant(world) or healthy.advisor
    after = overlaid(before, healthy.judged(faulty, cases, fault.plan))
    known = {finding.name for finding in broken(before, healthy.gates, before)}
    findings = [finding for finding in broken(after, healthy.gates, before) if finding.name not in known]
    shown = "\n".join(finding.sentence for finding in findings) or "nothing is broken"
    assert gates_of(findings) & set(fault.gates), f"no gate on {', '.join(fault.gates)} is broken:\n{shown}"
    newly, _ = after.changed(before)
    said = [line for record in after.cases if record.id in newly for line in record.failures]
    assert not fault.says or any(fault.says in line for line in said), "\n".join(said)
