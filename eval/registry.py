"""Every metric: which values it is made of, by which statistic, what it means and who defined it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from eval.statistics import Statistic, area_under_roc, largest, percentile, ratio
from knowledge.profile_fields import FIELDS

Unit = Literal["share", "points", "ms", "words", "questions"]


@dataclass(frozen=True, slots=True)
class Metric:
    """``key``: the per-case values that it is taken from (default: its name)."""

    name: str
    group: str
    title: str
    definition: str
    higher_is_better: bool = True
    statistic: Statistic = ratio
    unit: Unit = "share"
    key: str = ""
    bounded: bool = True

    @property
    def values_key(self) -> str:
        return self.key or self.name

    @property
    def machine_bound(self) -> bool:
        """Depends on the machine, so it is not comparable with a baseline from another one."""
        return self.unit == "ms"

    def shown(self, value: float) -> str:
        """A value as people read it."""
        if value != value:
            return "–"
        return {"share": f"{value:.3f}", "points": f"{value:.1f}", "ms": f"{value:.1f} ms", "words": f"{value:.0f}", "questions": f"{value:.2f}"}[self.unit]


ADVICE, LIMITS, INTAKE, DIALOGUE = "Advice", "Limits", "Understanding", "Questions"
CITATIONS, LANGUAGE, RETRIEVAL, ROBUST, SPEED = "Citations", "Language", "Retrieval", "Robustness", "Speed"


def _robust(name: str, told: str) -> tuple[Metric, ...]:
    return (
        Metric(f"{name}_recall_loss", ROBUST, f"recall@3 lost, {told}", "Mean of recall@3 of the case minus that of its retelling.", False, bounded=False),
        Metric(f"{name}_agreement", ROBUST, f"same top 3, {told}", "Mean Jaccard coefficient of the two top threes."),
        Metric(f"{name}_retrieval_loss", ROBUST, f"retrieval recall@5 lost, {told}", "Mean of retrieval recall@5 minus that of the retelling.", False, bounded=False),
    )  # fmt: skip


METRICS: Final[tuple[Metric, ...]] = (
    Metric("pass_rate", ADVICE, "cases passed", "Cases that meet every expectation.", key="passed"),
    Metric("recall_at_3", ADVICE, "recall@3", "Share of the required instruments in the three best (Manning et al. 2008, § 8.3)."),
    Metric("recall_at_1", ADVICE, "recall@1", "The same for the very best."),
    Metric("mrr", ADVICE, "MRR", "Mean reciprocal rank of the first required instrument (Voorhees 1999)."),
    Metric("ndcg_at_5", ADVICE, "nDCG@5", "Discounted gain over its ideal (Järvelin & Kekäläinen 2002), acceptable instruments taken out (Sakai 2007)."),
    Metric("named_recall", ADVICE, "asked instruments spoken of", "For other intents than advice: required instruments in `mentioned`."),
    Metric("fits_precision", ADVICE, "precision of 'fits'", "Of all said to fit: named by the case as expected, acceptable or fitting. What the case does not name counts as wrong."),
    Metric("fits_precision_judged", ADVICE, "precision of 'fits', judged", "The same over instruments that the case names (as right or forbidden)."),
    Metric("fits_recall", ADVICE, "recall of 'fits'", "Of the instruments that the case says fit: said to fit."),
    Metric("intent", ADVICE, "intent", "Replies with the right intent."),
    Metric("consistency", ADVICE, "same story, same advice", "Jaccard coefficient of the top threes of two tellings of one story."),
    Metric("forbidden_rate", LIMITS, "forbidden advice", "Replies that recommend what is forbidden, ended or unknown, or anything where none is due.", False, key="forbidden"),
    Metric("abstention_precision", LIMITS, "abstention precision", "Of all abstentions: due (Van Rijsbergen 1979)."),
    Metric("abstention_recall", LIMITS, "abstention recall", "Of all abstentions due: made."),
    Metric("abstention_f1", LIMITS, "abstention F1", "Harmonic mean of the two: 2·TP / (2·TP + FP + FN)."),
    Metric("abstention_auc", LIMITS, "abstention ROC AUC", "Chance that a question with an answer scores above one without (Hanley & McNeil 1982).", statistic=area_under_roc, key="answerable"),
    Metric("error_rate", LIMITS, "crashes", "Cases in which the assistant crashed or reported an error.", False, key="errors"),
    Metric("intake_precision", INTAKE, "intake precision", "Of all fields understood (and judged): right."),
    Metric("intake_recall", INTAKE, "intake recall", "Of all fields told: understood."),
    Metric("intake_denied", INTAKE, "fields read from denials", "Of all fields that the words deny: understood all the same.", False),
    *(Metric(f"intake_precision.{name}", INTAKE, f"precision of {name}", "Intake precision of this field.") for name in sorted(FIELDS)),
    *(Metric(f"intake_recall.{name}", INTAKE, f"recall of {name}", "Intake recall of this field.") for name in sorted(FIELDS)),
    Metric("asks", DIALOGUE, "asks when it should", "Replies that ask (or do not, or ask for this field) as the case says."),
    Metric("settled_within_3", DIALOGUE, "settled within 3 questions", "Truthful conversations in which the advice stands after at most three answers."),
    Metric("questions_until_settled", DIALOGUE, "questions until settled", "Mean number of answers after which it stands.", False, unit="questions", bounded=False),
    Metric("settled_right", DIALOGUE, "settled on the truth's advice", "Conversations that end in the top three of the whole truth."),
    Metric("repeated_questions", DIALOGUE, "asked twice", "Conversations in which a field is asked twice.", False),
    Metric("citation_validity", CITATIONS, "citation validity", "Markers that resolve to a fact of the catalogue, with its text."),
    Metric("citation_recall", CITATIONS, "citation recall", "Factual sentences borne out by what they cite (ALCE, Gao et al. 2023)."),
    Metric("citation_precision", CITATIONS, "citation precision", "Citations that their sentence can't miss (ALCE, Gao et al. 2023)."),
    Metric("citations_used", CITATIONS, "citations in use", "Citations that something refers to."),
    Metric("required_citations", CITATIONS, "required citations", "Facts that must be cited and are."),
    Metric("figures_supported", CITATIONS, "figures borne out", "Factual sentences of which every figure stands in what they cite."),
    Metric("b1_sentences", LANGUAGE, "sentences within B1", "Sentences of at most 20 words that score 45 or more (see eval/readability.py)."),
    Metric("readable_answers", LANGUAGE, "answers within B1", "Answers that score 60 or more."),
    Metric("flesch", LANGUAGE, "reading ease (median)", "Flesch-Douma (1960) for Dutch, Flesch (1948) for English.", statistic=percentile(50), unit="points", bounded=False),
    Metric("longest_sentence", LANGUAGE, "longest sentence", "Words in the longest sentence of all answers.", False, statistic=largest, unit="words", bounded=False),
    Metric("language_consistency", LANGUAGE, "answers in the language asked", "Replies whose label and text are in the question's language.", key="language"),
    Metric("retrieval_recall_at_5", RETRIEVAL, "retrieval recall@5", "Share of the required instruments in retrieval's first five."),
    Metric("retrieval_ndcg_at_10", RETRIEVAL, "retrieval nDCG@10", "As nDCG@5, over retrieval's first ten."),
    Metric("retrieval_mrr", RETRIEVAL, "retrieval MRR", "Mean reciprocal rank in retrieval's first ten."),
    *_robust("typos", "with typos"),
    *_robust("lower_case", "in lower case"),
    *_robust("order", "in another order"),
    Metric("latency_p50", SPEED, "time per reply, median", "Milliseconds per reply, on this machine.", False, statistic=percentile(50), unit="ms", key="latency", bounded=False),
    Metric("latency_p95", SPEED, "time per reply, p95", "95 % of the replies are quicker.", False, statistic=percentile(95), unit="ms", key="latency", bounded=False),
)  # fmt: skip
BY_NAME: Final = {metric.name: metric for metric in METRICS}


def by_group(metrics: Iterable[Metric] = METRICS) -> dict[str, list[Metric]]:
    """Metrics under their group, in order."""
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        groups.setdefault(metric.group, []).append(metric)
    return groups
