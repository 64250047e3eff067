"""One observation → its share in every metric, and each way in which it fell short, as a sentence.

``values`` holds a pair of numbers per key; ``eval.registry`` says which statistic over the cases makes
a metric of them. A key that is absent was not measured on this case, which is not the same as 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from assistant.language import language_scores
from assistant.matching import is_available
from assistant.models import Citation, Fit, Reply
from eval import metrics
from eval.entailment import Asker, CitedSentence, Library, Support, judge, unsupported_figures
from eval.intervals import Pair
from eval.metrics import Confusion
from eval.observations import Observation
from eval.readability import (
    B1_LEAST_FLESCH_OF_ANSWER,
    LONGEST_ALLOWED,
    is_prose,
    score,
    within_b1,
    without_names,
)
from eval.text import markers, sentences
from knowledge.models import Language

TOP: Final = 3
RETRIEVAL_TOP: Final = 5
SETTLED_WITHIN: Final = 3


@dataclass
class Measured:
    values: dict[str, Pair] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def count(self, key: str, first: float, second: float = 1.0) -> None:
        self.values[key] = (float(first), float(second))

    def fail(self, when: bool, sentence: str) -> None:
        if when:
            self.failures.append(sentence)


def measure(seen: Observation, library: Library, others: Mapping[str, Observation] | None = None) -> Measured:
    """All measures of one case. ``others``: all observations by id, for cases that retell another."""
    out = Measured()
    out.count("errors", bool(_error(seen)))
    if _error(seen):
        out.failures.append(f"It crashed: {_error(seen)}")
    for part in _PARTS:
        part(seen, library, out)
    _consistency(seen, others or {}, out)
    out.count("passed", not out.failures)
    return out


def _error(seen: Observation) -> str | None:
    return seen.error or (seen.reply.error if seen.reply else None)


def _advice(seen: Observation, _: Library, out: Measured) -> None:
    case, found = seen.case, seen.ranked
    if not case.wants_reply or not case.required:
        return
    if case.is_recommendation:
        for k in (1, TOP):
            out.count(f"recall_at_{k}", metrics.recall_at_k(found, case.expected, case.expected_any, k))
        out.count("mrr", metrics.reciprocal_rank(found, case.required))
        out.count("ndcg_at_5", metrics.ndcg_at_k(found, case.expected, case.expected_any, case.acceptable, 5))
        place, top = f"the top {TOP}", found[:TOP]
    else:
        out.count("named_recall", metrics.recall_at_k(found, case.expected, case.expected_any, max(len(found), 1)))
        place, top = "the instruments that the answer speaks of", found
    shown = ", ".join(top) or "nothing"
    for instrument in case.expected:
        out.fail(instrument not in top, f"'{instrument}' is not in {place} ({shown}).")
    any_of = set(case.expected_any)
    out.fail(bool(any_of) and not any_of & set(top), f"None of {', '.join(case.expected_any)} is in {place} ({shown}).")


def _fits(seen: Observation, _: Library, out: Measured) -> None:
    case, reply = seen.case, seen.reply
    if not case.wants_reply or not (case.is_recommendation or case.must_abstain):
        return
    fitting = [entry.instrument for entry in reply.recommendations if entry.fit is Fit.FITS] if reply else []
    judged = [instrument for instrument in fitting if instrument in case.right or instrument in case.forbidden]
    if case.right or case.must_abstain:
        out.count("fits_precision", *metrics.share_of(fitting, case.may_fit))
        out.count("fits_precision_judged", *metrics.share_of(judged, case.may_fit))
    if case.fits:
        out.count("fits_recall", *metrics.share_of(case.fits, fitting))
        for instrument in case.fits:
            is_ = _fit_of(instrument, reply)
            out.fail(instrument not in fitting, f"'{instrument}' should be said to fit; it is {is_}.")
    if case.maybe:
        perhaps = [entry.instrument for entry in reply.recommendations if entry.fit is Fit.MAYBE] if reply else []
        out.count("maybe_recall", *metrics.share_of(case.maybe, perhaps))
        for instrument in case.maybe:
            is_ = _fit_of(instrument, reply)
            out.fail(instrument not in perhaps, f"'{instrument}' should be offered as 'maybe'; it is {is_}.")


def _fit_of(instrument: str, reply: Reply | None) -> str:
    if reply is None:
        return "absent"
    offered = next((entry.fit.value for entry in reply.recommendations if entry.instrument == instrument), None)
    if offered:
        return f"'{offered}'"
    reasons = [f"rejected ({entry.criterion})" for entry in reply.rejected if entry.instrument == instrument]
    return reasons[0] if reasons else "absent"


def _forbidden(seen: Observation, library: Library, out: Measured) -> None:
    case = seen.case
    if not case.wants_reply or seen.reply is None:
        return
    offered = [entry.instrument for entry in seen.reply.recommendations]
    known = library.catalogue.instruments
    banned = [instrument for instrument in offered if instrument in case.forbidden]
    unknown = [instrument for instrument in offered if instrument not in known]
    ended = [instrument for instrument in offered if instrument in known and not is_available(known[instrument])]
    undue = offered if case.must_abstain else []
    out.count("forbidden", bool(banned or unknown or ended or undue))
    out.fail(bool(banned), f"It recommends what it must not: {', '.join(banned)}.")
    out.fail(bool(unknown), f"It recommends what the catalogue does not have: {', '.join(unknown)}.")
    out.fail(bool(ended), f"It recommends what has ended or is closed: {', '.join(ended)}.")
    out.fail(bool(undue), f"It recommends {', '.join(undue)} where no advice is due.")


def _abstention(seen: Observation, _: Library, out: Measured) -> None:
    should = seen.case.must_abstain
    if should is None or not seen.case.wants_reply:
        return
    counts = Confusion.of(seen.abstained, should)
    out.count("abstention_precision", *counts.precision)
    out.count("abstention_recall", *counts.recall)
    out.count("abstention_f1", *counts.f1)
    out.count("answerable", not should, answer_score(seen))
    out.fail(should and not seen.abstained, "It should abstain and does not.")
    out.fail(seen.abstained and not should, "It abstains, though the question has an answer.")


def answer_score(seen: Observation) -> float:
    """How sure the assistant is that there is an answer: what the ROC of abstention is drawn from.

    Its own ``confidence`` where it has one; else the best recommendation's score, or for other
    intents 1 for an answer and 0 for none.
    """
    if seen.confidence is not None:
        return seen.confidence
    if seen.reply is None or seen.abstained:
        return 0.0
    if seen.reply.recommendations:
        return max(entry.score for entry in seen.reply.recommendations)
    return 1.0 if seen.reply.mentioned else 0.0


def _intent(seen: Observation, _: Library, out: Measured) -> None:
    expected = seen.case.expected_intent
    if expected is None or not seen.case.wants_reply:
        return
    got = seen.reply.intent if seen.reply else None
    out.count("intent", got is expected)
    out.fail(got is not expected, f"The intent is '{got.value if got else 'none'}', and should be '{expected.value}'.")


def _intake(seen: Observation, _: Library, out: Measured) -> None:
    case = seen.case
    if not case.profile and not case.not_in_profile:
        return
    complete = case.kind.value == "intake" if case.profile_complete is None else case.profile_complete
    result = metrics.intake(
        seen.understood or {}, case.gold_profile, case.not_in_profile, complete=complete, arguable=case.arguable
    )
    out.count("intake_precision", *result.total.precision)
    out.count("intake_recall", *result.total.recall)
    for name, counts in result.fields.items():
        out.count(f"intake_precision.{name}", *counts.precision)
        out.count(f"intake_recall.{name}", *counts.recall)
    denied = [fault for fault in result.faults if fault.fault == metrics.DENIED]
    if case.not_in_profile:
        out.count("intake_denied", len(denied), len(case.not_in_profile))
    for fault in result.faults:
        out.failures.append(_intake_sentence(fault))


def _intake_sentence(fault: metrics.FieldFault) -> str:
    match fault.fault:
        case metrics.MISSED:
            return f"It does not understand {fault.field} = {fault.right!r}."
        case metrics.WRONG:
            return f"It understands {fault.field} as {fault.understood!r}; it is {fault.right!r}."
        case metrics.DENIED:
            return f"It understands {fault.field} = {fault.understood!r}, which the words deny."
        case _:
            return f"It understands {fault.field} = {fault.understood!r}, for which there are no words."


def _asks(seen: Observation, _: Library, out: Measured) -> None:
    wanted = seen.case.asks
    if wanted is None or not seen.case.wants_reply:
        return
    asked = seen.reply.question.field if seen.reply and seen.reply.question else None
    right = asked == wanted if isinstance(wanted, str) else (asked is not None) == wanted
    out.count("asks", right)
    expected = f"ask for '{wanted}'" if isinstance(wanted, str) else ("ask something" if wanted else "ask nothing")
    out.fail(not right, f"It should {expected}, and asks {f'for {asked!r}' if asked else 'nothing'}.")


def _settling(seen: Observation, _: Library, out: Measured) -> None:
    settled = seen.settlement
    if settled is None:
        return
    out.count("settled_within_3", settled.questions is not None and settled.questions <= SETTLED_WITHIN)
    out.count("settled_right", settled.right)
    if settled.questions is not None:
        out.count("questions_until_settled", settled.questions)
    repeated = len(settled.asked) - len(set(settled.asked))
    out.count("repeated_questions", repeated > 0)
    out.fail(repeated > 0, f"It asks the same field twice: {', '.join(settled.asked)}.")


def _citations(seen: Observation, library: Library, out: Measured) -> None:
    reply, case = seen.reply, seen.case
    if reply is None:
        return
    cited = {citation.n: citation for citation in reply.citations}
    used = _markers_of(reply)
    checked = {n: _citation_fault(cited.get(n), library, reply.language) for n in sorted(set(used))}
    faults = {n: fault for n, fault in checked.items() if fault}
    out.count("citation_validity", sum(n not in faults for n in used), len(used))
    out.failures += [f"Citation [{n}] {fault}." for n, fault in faults.items()]
    idle = sorted(set(cited) - set(used))
    out.count("citations_used", len(cited) - len(idle), len(cited))
    out.fail(bool(idle), f"Citations that nothing refers to: {idle}.")
    if case.cite:
        facts = {citation.fact for citation in reply.citations}
        met = [any(fact == wanted or fact.startswith(f"{wanted}.") for fact in facts) for wanted in case.cite]
        out.count("required_citations", sum(met), len(met))
        for wanted, found in zip(case.cite, met, strict=True):
            out.fail(not found, f"It should cite '{wanted}' and does not.")


def _markers_of(reply: Reply) -> list[int]:
    """Every reference to a citation, in the answer and in the parts of the reply."""
    parts = [entry.citations for entry in reply.recommendations]
    parts += [entry.citations for entry in reply.rejected]
    parts += [check.citations for entry in reply.recommendations for check in entry.checks]
    return [*markers(reply.answer), *(n for part in parts for n in part)]


def _citation_fault(citation: Citation | None, library: Library, language: Language) -> str | None:
    if citation is None:
        return "resolves to nothing"
    entry = library.catalogue.grounded.get(citation.fact)
    if entry is None:
        return f"names a fact that the catalogue does not have: '{citation.fact}'"
    if " ".join(citation.text.split()) != " ".join(entry[1].text.of(language).split()):
        return f"does not give the text of '{citation.fact}' as the catalogue has it"
    return None


def _faithfulness(seen: Observation, library: Library, out: Measured) -> None:
    reply = seen.reply
    if reply is None:
        return
    asker = Asker(f"{seen.case.text} {' '.join(str(value) for value in reply.profile.values())}")
    supports = {c.n: library.support(c.fact, c.text, c.as_of, reply.language) for c in reply.citations}
    asked = reply.question
    furniture = (asked.text, *asked.options, " ".join(asked.options)) if asked else ()
    judged: list[CitedSentence] = []
    figureless = total = 0
    for sentence in sentences(reply.answer):
        if not library.is_factual(sentence, reply.language, asker, furniture):
            continue
        cited: list[Support | None] = [supports.get(n) for n in sentence.markers]
        judged.append(judge(sentence, cited, reply.language, asker))
        total += 1
        figureless += bool(unsupported_figures([s for s in cited if s], sentence.claim, reply.language, asker))
    for entry in reply.recommendations:
        rest = [supports[n] for n in entry.citations if n in supports]
        wrong = unsupported_figures(rest, entry.why, reply.language, asker)
        total, figureless = total + 1, figureless + bool(wrong)
        out.fail(bool(wrong), f"The why of '{entry.instrument}' has {', '.join(wrong)}, which nothing it cites has.")
    out.count("citation_recall", sum(item.supported for item in judged), len(judged))
    precise = [flag for item in judged for flag in item.precise]
    out.count("citation_precision", sum(precise), len(precise))
    out.count("figures_supported", total - figureless, total)
    for item in judged:
        out.fail(not item.supported, f"Not borne out: “{item.sentence.text}” ({'; '.join(item.reasons)}).")


def _reading(seen: Observation, library: Library, out: Measured) -> None:
    reply = seen.reply
    if reply is None or not reply.answer.strip():
        return
    prose = [sentence for sentence in sentences(reply.answer) if is_prose(sentence)]
    plain = [without_names(sentence.claim, library.all_names) for sentence in prose]
    if not prose:
        return
    longest = max(prose, key=lambda sentence: sentence.words)
    out.count("b1_sentences", sum(within_b1(text, reply.language) for text in plain), len(plain))
    out.count("longest_sentence", longest.words)
    out.fail(longest.words > LONGEST_ALLOWED, f"A sentence of {longest.words} words: “{longest.text}”")
    ease = score(plain, reply.language)
    if ease is not None:
        out.count("flesch", ease)
        out.count("readable_answers", ease >= B1_LEAST_FLESCH_OF_ANSWER)


def _language(seen: Observation, _: Library, out: Measured) -> None:
    reply = seen.reply
    if reply is None:
        return
    scores = language_scores(reply.answer)
    other = "en" if seen.case.language == "nl" else "nl"
    written = scores[seen.case.language] >= scores[other]
    right = reply.language == seen.case.language and written
    out.count("language", right)
    answered = reply.language if written else other
    out.fail(not right, f"The question is in '{seen.case.language}', the answer in '{answered}'.")


def _retrieval(seen: Observation, _: Library, out: Measured) -> None:
    case = seen.case
    if not case.required or "criterion" in case.tags.style:  # there the search rightly finds what a criterion then rejects
        return
    found = seen.retrieved or ()
    recall = metrics.recall_at_k(found, case.expected, case.expected_any, RETRIEVAL_TOP)
    out.count("retrieval_recall_at_5", recall)
    out.count("retrieval_ndcg_at_10", metrics.ndcg_at_k(found, case.expected, case.expected_any, case.acceptable, 10))
    out.count("retrieval_mrr", metrics.reciprocal_rank(found, case.required))
    if case.kind.value == "retrieval":
        first = ", ".join(found[:RETRIEVAL_TOP])
        out.fail(recall < 1, f"Retrieval's first {RETRIEVAL_TOP} miss part of {', '.join(case.required)}: {first}.")


def _robustness(seen: Observation, _: Library, out: Measured) -> None:
    case = seen.case
    for name, variant in seen.variants.items():
        if case.wants_reply:
            before = metrics.recall_at_k(seen.ranked, case.expected, case.expected_any, TOP)
            after = metrics.recall_at_k(variant.top, case.expected, case.expected_any, TOP)
            out.count(f"{name}_recall_loss", before - after)
            out.count(f"{name}_agreement", metrics.agreement(seen.ranked, variant.top, TOP))
        if variant.retrieved is not None and seen.retrieved is not None:
            before = metrics.recall_at_k(seen.retrieved, case.expected, case.expected_any, RETRIEVAL_TOP)
            after = metrics.recall_at_k(variant.retrieved, case.expected, case.expected_any, RETRIEVAL_TOP)
            out.count(f"{name}_retrieval_loss", before - after)


def _consistency(seen: Observation, others: Mapping[str, Observation], out: Measured) -> None:
    first = others.get(seen.case.tags.variant_of or "")
    if first is not None and seen.case.wants_reply and first.case.wants_reply:
        out.count("consistency", metrics.agreement(first.ranked, seen.ranked, TOP))


def _latency(seen: Observation, _: Library, out: Measured) -> None:
    if seen.latencies_ms:
        out.count("latency", sum(seen.latencies_ms) / len(seen.latencies_ms))


_PARTS: Final[tuple[Callable[[Observation, Library, Measured], None], ...]] = (
    _advice, _fits, _forbidden, _abstention, _intent, _intake, _asks, _settling, _citations, _faithfulness, _reading,
    _language, _retrieval, _robustness, _latency,
)  # fmt: skip
