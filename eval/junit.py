"""The report for CI, as JUnit XML: a test per case, and one per gate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Tree

from eval.gate import Finding
from eval.report import Report

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report, findings: Sequence[Finding] = ()) -> str:
    """JUnit XML with the suites 'cases' and 'gates'."""
    root = Tree.Element("testsuites", name="evaluation")
    cases = _suite(root, "cases", len(report.cases), len(report.failing))
    for case in report.cases:
        seconds = f"{case.values['latency'][0] / 1000:.4f}" if "latency" in case.values else "0"
        test = Tree.SubElement(cases, "testcase", classname=f"eval.{case.kind}", name=case.id, time=seconds)
        if case.failures:
            _fail(test, case.failures[0], "\n".join(case.failures))
    gates = _suite(root, "gates", len(findings), sum(finding.broken for finding in findings))
    for finding in findings:
        test = Tree.SubElement(gates, "testcase", classname="eval.gate", name=_clean(finding.name))
        if finding.broken:
            _fail(test, finding.sentence, finding.sentence)
    Tree.indent(root)
    return Tree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: Tree.Element, name: str, tests: int, failures: int) -> Tree.Element:
    return Tree.SubElement(root, "testsuite", name=name, tests=str(tests), failures=str(failures), errors="0")


def _fail(test: Tree.Element, message: str, whole: str) -> None:
    Tree.SubElement(test, "failure", message=_clean(message)).text = _clean(whole)


def _clean(text: str) -> str:
    """Characters that XML does not allow (a message may hold control characters) become '?'."""
    return _NOT_IN_XML.sub("?", text)
