"""The profile fields that criteria may test, and the values they take: the contract's vocabulary."""

from __future__ import annotations

from typing import Final, Literal, get_args

LegalForm = Literal["eenmanszaak", "vof", "bv", "nv", "cooperatie", "stichting", "nog-niet-gestart"]
Province = Literal[
    "groningen", "fryslan", "drenthe", "overijssel", "flevoland", "gelderland",
    "utrecht", "noord-holland", "zuid-holland", "zeeland", "noord-brabant", "limburg",
]  # fmt: skip
Sector = Literal[
    "maakindustrie", "ict-software", "agrifood", "tuinbouw", "energie", "chemie", "zorg-lifesciences", "logistiek",
    "bouw", "creatief", "water", "handel-retail", "horeca", "zakelijke-diensten", "overig",
]  # fmt: skip
Phase = Literal["idee", "haalbaarheid", "proof-of-concept", "prototype", "marktintroductie", "opschaling", "toepassing"]
Need = Literal[
    "geld-ontwikkeling", "geld-investering", "geld-groei", "belastingvoordeel", "lening", "garantie", "durfkapitaal",
    "kennis", "testen", "partners", "klant-overheid", "export", "personeel", "digitalisering", "verduurzaming",
    "octrooi", "advies",
]  # fmt: skip
Collaboration = Literal["alleen", "mkb-partners", "kennisinstelling", "internationaal"]

PHASES: Final[tuple[str, ...]] = get_args(Phase)
NEEDS: Final[tuple[str, ...]] = get_args(Need)
PROVINCES: Final[tuple[str, ...]] = get_args(Province)
SECTORS: Final[tuple[str, ...]] = get_args(Sector)

NUMBERS: Final = frozenset({"employees", "turnover_eur", "company_age_years", "amount_eur"})
BOOLEANS: Final = frozenset({"technically_new", "own_contribution"})
LISTS: Final = frozenset({"needs"})
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "legal_form": get_args(LegalForm),
    "province": PROVINCES,
    "sector": SECTORS,
    "phase": PHASES,
    "needs": NEEDS,
    "collaboration": get_args(Collaboration),
}
FIELDS: Final = NUMBERS | BOOLEANS | frozenset(CHOICES)
OPEN: Final = frozenset({"needs", "collaboration"})
"""Fields of which more may hold than was said: who names a loan may want advice too."""
NOTHING_ELSE: Final = {"collaboration": "alleen"}
"""The value of an open field that rules out all others."""
