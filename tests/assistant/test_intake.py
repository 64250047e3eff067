"""What is understood of untidy messages, and what is not: no field without words that stand for it."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.intake import Intake
from assistant.models import Message
from assistant.names import NameFinder
from assistant.patterns import compile_pattern
from assistant.phrases import load_phrases
from assistant.places import gazetteer
from knowledge.catalogue import Catalogue
from knowledge.models import LANGUAGES
from tests.conftest import TODAY, user

NL = load_phrases("nl")


@pytest.fixture(scope="module")
def intake(tiny: Catalogue) -> Intake:
    return Intake(NameFinder(tiny), {language: load_phrases(language) for language in LANGUAGES}, TODAY)


def understood(intake: Intake, *texts: str) -> dict[str, Any]:
    return intake.understand(user(*texts)).profile.known()


def answered(intake: Intake, question: str, answer: str) -> dict[str, Any]:
    """What is known after an answer to a question of the assistant."""
    asked = Message(role="assistant", content=f"Dat kan. {NL.question(question)}")
    return intake.understand([*user("Hallo"), asked, *user(answer)]).profile.known()


def assert_known(known: dict[str, Any], expected: dict[str, Any]) -> None:
    """Needs may be more than expected; None stands for what must stay unknown."""
    for name, value in expected.items():
        if name == "needs" and value is not None:
            assert set(value) <= set(known.get("needs", ()))
        else:
            assert known.get(name) == value, known


ANSWERS: list[tuple[str, str, dict[str, Any]]] = [
    ("province", "12 mensen, Zeeland", {"employees": 12, "province": "zeeland"}),
    ("province", "4 man, Friesland", {"employees": 4, "province": "fryslan"}),
    ("province", "Groningen, 14 employees", {"employees": 14, "province": "groningen"}),
    ("employees", "vier, in Zeeland, sinds 2020", {"employees": 4, "province": "zeeland", "company_age_years": 6}),
    ("employees", "een stuk of twaalf", {"employees": 12}),
    ("employees", "eleven, in Breda", {"employees": 11, "province": "noord-brabant"}),
    ("employees", "6, plus nog wat zzp'ers", {"employees": 6, "legal_form": None}),
    ("employees", "no, not 300. 30", {"employees": 30}),
    ("amount_eur", "twee ton, we hebben 15 mensen", {"amount_eur": 200_000, "employees": 15}),
    ("amount_eur", "anderhalve ton", {"amount_eur": 150_000}),
    ("amount_eur", "80", {"amount_eur": None}),
    ("company_age_years", "2018", {"company_age_years": 8}),
    ("company_age_years", "8 maanden", {"company_age_years": 0}),
    ("company_age_years", "since March this year", {"company_age_years": 0}),
    ("technically_new", "nee", {"technically_new": False}),
    ("technically_new", "ja, en we zitten in Ede met 9 man", {"technically_new": True, "province": "gelderland", "employees": 9}),
    ("technically_new", "weten we niet", {"technically_new": None}),
    ("own_contribution", "nope, not really", {"own_contribution": False, "technically_new": None}),
    ("collaboration", "nee", {"collaboration": "alleen", "technically_new": None}),
    ("sector", "nee", {"sector": None, "technically_new": None, "own_contribution": None, "collaboration": None}),
    ("province", "not 300", {"employees": None, "technically_new": None, "own_contribution": None}),
    ("needs", "lening of subsidie, 3 man", {"needs": ["lening", "geld-ontwikkeling"], "employees": 3}),
    ("employees", "weet niet precies", {"employees": None}),
]


@pytest.mark.parametrize(("question", "answer", "expected"), ANSWERS, ids=[f"{q}: {a}" for q, a, _ in ANSWERS])
def test_a_short_answer_is_read_on(intake: Intake, question: str, answer: str, expected: dict[str, Any]) -> None:
    assert_known(answered(intake, question, answer), expected)


MESSAGES: list[tuple[str, dict[str, Any]]] = [
    # Plans abroad, by the country's name
    ("We willen naar Duitsland verkopen met onze fietskarren", {"needs": ["export"]}),
    ("first customers in Poland, we make greenhouse lamps", {"needs": ["export"]}),
    ("Hoe krijg ik mijn machines in Brazilië aan de man?", {"needs": ["export"]}),
    ("We want to expand to Denmark and Sweden", {"needs": ["export"]}),
    ("Onze Duitse leverancier levert te laat", {"needs": None, "collaboration": None}),
    ("een Poolse aannemer deed het goedkoper", {"needs": None}),
    ("niet voor export, alleen voor de Nederlandse markt", {"needs": None}),
    # Partners
    ("Samen met twee andere mkb'ers willen we een sorteermachine bouwen", {"collaboration": "mkb-partners", "employees": None}),
    ("Wij en de buurman maken een mestrobot", {"collaboration": "mkb-partners"}),
    ("my competitor and I want to set up a joint test line", {"collaboration": "mkb-partners"}),
    ("Together with the university of Twente", {"collaboration": "kennisinstelling", "province": None}),
    ("we werken met de Hogeschool Rotterdam aan een drone", {"collaboration": "kennisinstelling", "province": None}),
    ("met een Fins bedrijf", {"collaboration": "internationaal"}),
    ("I have a partner in crime, my wife, we run a cafe", {"needs": None, "collaboration": None, "sector": "horeca"}),
    ("Wij willen met 5 kappers samen een app laten maken", {"employees": None}),
    # The whole firm, and parts of it
    ("we zijn met 40, waarvan 6 in de ontwikkeling", {"employees": 40}),
    ("team van 3 binnen een bedrijf van 80", {"employees": 80}),
    ("Ik heb 3 mensen op de ontwikkelafdeling, in totaal werken er 60", {"employees": 60}),
    ("35 staff, of whom 5 are engineers", {"employees": 35}),
    ("A team of 4 in a company of 120 people", {"employees": 120}),
    ("nee, 12 man, niet 20", {"employees": 12}),
    ("we groeien van 10 naar 25 medewerkers", {"employees": 10}),
    ("is er iets voor bedrijven tot 10 man? wij zijn met 11", {"employees": 11}),
    ("Heeft u iets voor bedrijven met minder dan 10 werknemers?", {"employees": None}),
    ("we are with fewer than 10 employees", {"employees": 9}),
    # Numbers
    ("een man of tien", {"employees": 10}),
    ("we zijn met een kleine vijftig man", {"employees": 50}),
    ("tussen de 10 en 15 medewerkers", {"employees": 15}),
    ("we're a consultancy of 9", {"employees": 9}),
    ("150+ employees", {"employees": 150}),
    ("ik zit in m'n eentje in Goes", {"employees": 1, "province": "zeeland"}),
    ("I am an employee of nobody", {"employees": None}),
    ("we hebben 200 klanten", {"employees": None}),
    ("omzet 2,5 miljoen, 350k nodig", {"turnover_eur": 2_500_000, "amount_eur": 350_000}),
    ("investering van € 1.250.000,-", {"amount_eur": 1_250_000}),
    ("een half miljoen nodig", {"amount_eur": 500_000}),
    ("er is een paar ton nodig", {"amount_eur": None}),
    ("we verwerken drie ton staal", {"amount_eur": None}),
    ("2 jr bezig, 1,5 ton opgehaald bij vrienden, nu 5 ton nodig", {"amount_eur": 500_000, "company_age_years": 2}),
    ("sinds maart bezig als zzp'er", {"company_age_years": 0, "legal_form": "eenmanszaak", "employees": 1}),
    ("We started two years ago", {"company_age_years": 2}),
    ("We zijn een bv sinds 2 jaar", {"company_age_years": 2, "legal_form": "bv"}),
    ("Twee jaar geleden kochten we een pers", {"company_age_years": None}),
    ("we zoeken al 3 jaar naar een partner", {"company_age_years": None}),
    ("ik ben 45 jaar en heb een schildersbedrijf", {"company_age_years": None, "sector": "bouw"}),
    # Denials
    ("geen subsidie maar een lening", {"needs": ["lening"]}),
    ("I don't need a loan, and no investor either", {"needs": None}),
    ("we zoeken geen personeel, wel een testlocatie", {"needs": ["testen"], "employees": None}),
    ("we zijn geen bv maar een vof", {"legal_form": "vof"}),
    ("we doen zelf geen ontwikkeling, we kopen een standaard frees", {"technically_new": False}),
    # Phases
    ("idee op papier, nog niks gebouwd", {"phase": "idee"}),
    ("We're still at the drawing board", {"phase": "idee"}),
    ("kunnen we dit technisch wel? eerst uitzoeken", {"phase": "haalbaarheid"}),
    ("MVP staat, wie betaalt de volgende stap", {"phase": "prototype"}),
    ("prototype klaar, nu een eerste serie van 50 stuks", {"phase": "marktintroductie"}),
    ("we gaan opschalen naar een nulserie", {"phase": "opschaling"}),
    ("We need to scale up our pilot plant", {"phase": "opschaling"}),
    # Sectors: one's own, not the customer's or the supplier's
    ("Wij leveren software aan de zorg", {"sector": "ict-software"}),
    ("our bakery supplies hospitals", {"sector": "agrifood"}),
    ("wij doen logistiek voor webwinkels", {"sector": "logistiek"}),
    ("machines voor bakkerijen maken wij", {"sector": "maakindustrie", "needs": None}),
    ("een machine kopen", {"sector": None, "needs": ["geld-investering"]}),
    ("in Food Valley", {"sector": None, "province": "gelderland"}),
    ("Ik verkoop warmtepompen in Drenthe", {"needs": None, "province": "drenthe"}),
    ("we grow lettuce without soil in Poeldijk", {"sector": "tuinbouw", "province": "zuid-holland", "needs": None}),
    ("palingrokerij Volendam", {"sector": "agrifood", "province": "noord-holland"}),
    # Needs
    ("Bank said no. What now?", {"needs": ["lening"]}),
    ("we've been turned down by 3 banks", {"needs": ["lening"]}),
    ("ik wil mijn mensen leren lassen met een robot", {"needs": ["personeel"]}),
    ("hoe bescherm ik mijn uitvinding", {"needs": ["octrooi"]}),
    ("ons transportbedrijf wil elektrisch gaan rijden", {"needs": ["verduurzaming"], "sector": "logistiek"}),
    ("geen vakmensen te krijgen", {"needs": ["personeel"]}),
    ("dental lab, 12 technicians, Nijmegen", {"needs": None, "employees": 12, "sector": "zorg-lifesciences"}),
    ("overheid als eerste klant", {"needs": ["klant-overheid"]}),
    ("minder loonbelasting voor mijn programmeurs", {"needs": ["belastingvoordeel"]}),
    ("iemand jat mijn ontwerp", {"needs": ["octrooi"]}),
    ("our website is from 2009", {"needs": ["digitalisering"], "company_age_years": None}),
    ("I need someone to think along with me", {"needs": ["advies"]}),
    ("We have to get rid of natural gas", {"needs": ["verduurzaming"]}),
]


@pytest.mark.parametrize(("message", "expected"), MESSAGES, ids=[message for message, _ in MESSAGES])
def test_a_message_is_understood(intake: Intake, message: str, expected: dict[str, Any]) -> None:
    assert_known(understood(intake, message), expected)


def test_what_is_denied_is_not_a_need(intake: Intake) -> None:
    assert understood(intake, "geen subsidie maar een lening")["needs"] == ["lening"]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("we zijn met 20 man", "nee sorry, 12 man, niet 20"), {"employees": 12}),
        (("we zijn met 8 man", "sorry 18, typfout"), {"employees": 18}),
        (("we have 20 employees", "that's wrong, we are 8"), {"employees": 8}),
        (("omzet is 2 miljoen", "we hebben 18 man"), {"employees": 18, "turnover_eur": 2_000_000}),
        (("Wij zitten in Gouda en maken drones", "nee sorry, in Den Haag"), {"province": "zuid-holland"}),
        (("Wij zoeken een lening", "toch liever subsidie, geen lening"), {"needs": ["geld-ontwikkeling"]}),
    ],
)
def test_a_correction_counts(intake: Intake, turns: tuple[str, ...], expected: dict[str, Any]) -> None:
    assert_known(understood(intake, *turns), expected)


def test_another_subject_keeps_the_firm_and_forgets_the_plan(intake: Intake) -> None:
    known = understood(intake, "Wij bouwen een prototype, 12 man, Breda", "andere vraag: hoe bescherm ik mijn merk?")
    assert known == {"employees": 12, "province": "noord-brabant", "needs": ["octrooi"]}


PLACES = [
    ("ik zit in de Achterhoek", "gelderland"),
    ("bedrijf aan de Maas bij Roermond", "limburg"),
    ("Kop van Noord-Holland, bollen", "noord-holland"),
    ("wij zitten in de Rijnmond", "zuid-holland"),
    ("Twents familiebedrijf", "overijssel"),
    ("Zwaag", "noord-holland"),
    ("juwelier in gouda", "zuid-holland"),
    ("Een klant uit Groningen vroeg het. Wij zitten in Emmen.", "drenthe"),
    ("een spin-off van de TU Eindhoven", "noord-brabant"),
    ("de heer Van Utrecht belde over een lening", None),
    ("mevrouw De Wolden van de gemeente", None),
    ("mijn naam is Jan van Assen", None),
    ("bakkerij Van Dongen", None),
    ("kun je die twee naast elkaar zetten", None),
    ("in huizen en kassen", None),
    ("we hebben het niet in Limburg gezocht", None),
]


@pytest.mark.parametrize(("text", "province"), PLACES, ids=[text for text, _ in PLACES])
def test_places(text: str, province: str | None) -> None:
    place = gazetteer().firm_place(text)
    assert (place.province if place else None) == province


def test_not_knowing_is_no_part_of_what_is_searched_for(intake: Intake) -> None:
    assert intake.understand(user("Wij willen een proef doen", "weet ik niet", "geen idee")).query == "Wij willen een proef doen"
    assert intake.understand(user("geen idee")).query == "geen idee"


def test_each_reading_keeps_its_words(intake: Intake) -> None:
    readings = {one.field: one.words for one in intake.understand(user("Wij hebben 12 man in Zeeland")).readings}
    assert readings == {"employees": "12 man", "province": "Zeeland"}


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("naar <land> ~ verkopen", "naar belgie willen verkopen", True),
        ("naar <land> ~ verkopen", "naar breda willen verkopen", False),
        ("groeien |", "we willen groeien.", True),
        ("groeien |", "we groeien tomaten", False),
        ("zzp", "vier zzp'ers", False),
        ("bv", "een bv'tje", True),
    ],
)
def test_the_pattern_language(pattern: str, text: str, found: bool) -> None:
    assert bool(compile_pattern(pattern, classes={"land": ["België", "de VS"]}).find(text)) is found
