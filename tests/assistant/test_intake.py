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
    ("Wij leggen zelf 300.000 euro in.", {"own_contribution": True}),
    ("De helft van de kosten dragen we ieder zelf.", {"own_contribution": True}),
    ("Half of it we can carry ourselves.", {"own_contribution": True}),
    ("er is 45.000 euro nodig, zelf hebben we bijna niets", {"own_contribution": False}),
    ("Betaalt de provincie mee aan zo'n adviseur?", {"own_contribution": None}),
    ("De gasketel is twintig jaar oud.", {"company_age_years": None}),
    ("Heb nu drie jaar een eigen restaurant in Breda", {"company_age_years": 3}),
    ("Wij zijn twee jaar bezig met onze bv", {"company_age_years": 2}),
    ("Wij zijn twee jaar bezig met een prototype", {"company_age_years": None}),
    ("Samen met een weverij (30 man) weven we, wij zijn met twaalf mensen.", {"employees": 12}),
    ("We draaien garen, twaalf mensen. Een weverij uit Aalten, 30 man, doet mee.", {"employees": 12}),
    ("We waren met 20 man, nu zijn we met 12", {"employees": 12}),
    ("Our part would be the hours of two growers", {"employees": None}),
    ("Mijn zus en ik hebben een softwarebedrijf met 6 mensen", {"employees": 6}),
    ("Mijn zus en ik hebben samen een softwarebedrijf", {"employees": 2}),
    ("Daarvoor komen we acht monteurs tekort", {"employees": None}),
    ("9 man. Ik wil twee jongens uit de afwas tot kok opleiden", {"employees": 9}),
    ("Wij willen onze acht lassers omscholen", {"employees": 8}),
    ("Two of their engineers are developing a coupling", {"employees": None}),
    ("Together with three neighbouring growers we look at geothermal heat", {"employees": None}),
    ("We are a boatyard of seven in Makkum", {"employees": 7}),
    ("Vier vast en een stuk of twintig freelancers", {"employees": 4}),
    ("Samen met een betonfabriekje uit Meppel; de tegels liggen op ons erf in Staphorst", {"province": "overijssel"}),
    ("Does the government chip in?", {"own_contribution": None}),
    ("Is there help for hiring two engineers?", {"employees": None}),
    ("De bank zegt nee op 80.000 voor een oven", {"amount_eur": 80_000}),
    ("Wij zijn een kleine machinebouwer in Delft", {"province": "zuid-holland"}),
    ("We leveren aan een machinebouwer in Delft", {"province": None}),
    ("We willen investeren in zonnepanelen en een warmtepomp", {"sector": None}),
    ("Totaal 150.000.", {"amount_eur": 150_000, "employees": None}),
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


STORIES: list[tuple[str, dict[str, Any]]] = [
    (
        "Dag, ik run met elf collega's een steenhouwerij in Winterswijk. Vorige week zei een klant dat onze "
        "zaagmachine uit de oertijd komt, en hij heeft gelijk. Een nieuwe kost 140.000 euro. Een derde leggen we zelf"
        " op tafel.",
        {
            "employees": 11,
            "province": "gelderland",
            "sector": "bouw",
            "needs": ["geld-investering"],
            "amount_eur": 140_000,
            "own_contribution": True,
            "phase": "toepassing",
        },
    ),
    (
        "Ik zit nog in loondienst bij een baggerbedrijf maar begin in maart voor mezelf: duiken onder bruggen met een"
        " camera die barsten herkent. Alles staat nog op papier.",
        {"legal_form": "nog-niet-gestart", "phase": "idee"},
    ),
    (
        "Namens een cliënt. Hotel in Valkenburg, 45 man personeel, omzet 3,2 mln. De loodgieter rekende uit dat een "
        "warmtepomp 190k kost. Lenen wil hij per se niet.",
        {
            "employees": 45,
            "province": "limburg",
            "sector": "horeca",
            "turnover_eur": 3_200_000,
            "amount_eur": 190_000,
            "needs": ["geld-investering", "verduurzaming"],
        },
    ),
    (
        "Wij doen uitvaarten, in Leiden, met 9 mensen, en we willen elektrische rouwauto's.",
        {"employees": 9, "province": "zuid-holland", "sector": "zakelijke-diensten", "needs": ["verduurzaming"]},
    ),
    (
        "Wij hebben een robot die asperges steekt. Prototype werkt, twee telers hebben getekend voor het voorjaar. Nu"
        " zoeken we iemand die hem voor ons wil bouwen, want wij zijn maar met drie ingenieurs. Horst aan de Maas",
        {"employees": 3, "province": "limburg", "phase": "marktintroductie", "needs": ["partners"]},
    ),
    (
        "Een tandtechnisch lab uit Zeist met veertien man heeft een printer van 60.000 euro op het oog. Gewoon te "
        "koop, niks bijzonders, maar het scheelt uren.",
        {
            "employees": 14,
            "province": "utrecht",
            "sector": "zorg-lifesciences",
            "technically_new": False,
            "phase": "toepassing",
            "needs": ["geld-investering"],
            "amount_eur": 60_000,
        },
    ),
    (
        "Iemand uit Assen vertelde dat er iets bestaat om met scholen mee te doen. Wij zitten zelf in Gorredijk, "
        "houtbewerking, 16 man, en willen een leerlijn opzetten voor de jongens in de werkplaats.",
        {"employees": 16, "province": "fryslan", "sector": "maakindustrie", "needs": ["personeel"]},
    ),
    (
        "We bieden webdesign aan, 5 man, Amersfoort, groeit lekker. Ik zoek gewoon iemand met ervaring om eens in de "
        "maand mee te sparren over de koers.",
        {"employees": 5, "province": "utrecht", "sector": "ict-software", "needs": ["advies"]},
    ),
    (
        "Voor de verbouwing van ons wijklokaal in Tilburg hebben we als stichting 60.000 nodig. Tien vrijwilligers, "
        "niemand in dienst.",
        {"legal_form": "stichting", "province": "noord-brabant", "needs": ["geld-investering"], "amount_eur": 60_000},
    ),
    (
        "Er is 250.000 nodig, 100.000 is er al van familie. Wij maken cosmetica zonder water in Breda, zijn met 6 en "
        "willen naar de grote drogisten.",
        {"employees": 6, "province": "noord-brabant", "sector": "chemie", "amount_eur": 250_000, "own_contribution": True},
    ),
    (
        "Bij het beursje in Hannover stonden we vorig jaar voor het eerst, leuk. Nu een eigen verkoper in Duitsland? "
        "Wij: hydraulische cilinders, 33 man, Emmeloord, 8 miljoen omzet.",
        {"employees": 33, "turnover_eur": 8_000_000, "province": "flevoland", "sector": "maakindustrie", "needs": ["export"]},
    ),
    (
        "Met een Vlaams ingenieursbureau en een klein bedrijf uit Aken gaan wij (9 man, Kerkrade) een zelfrijdende "
        "maaidorser bouwen.",
        {"employees": 9, "province": "limburg", "collaboration": "internationaal"},
    ),
    (
        "I advise a family firm in Hardenberg, 70 people, that makes window frames. They'd like to know if the hours "
        "of their four development engineers can lower their wage tax.",
        {"employees": 70, "province": "overijssel", "needs": ["belastingvoordeel"], "sector": "bouw"},
    ),
    (
        "Growing like mad: from 12 to 31 staff in two years, revenue 6m. To open a plant in Helmond we need 4 million"
        " and would welcome an investor.",
        {
            "employees": 31,
            "turnover_eur": 6_000_000,
            "province": "noord-brabant",
            "phase": "opschaling",
            "amount_eur": 4_000_000,
            "needs": ["durfkapitaal", "geld-groei"],
        },
    ),
    (
        "I own a pub in Groningen with 9 staff. My supplier is a brewer who wants to test a keg cleaning machine in my cellar.",
        {"employees": 9, "province": "groningen", "sector": "horeca"},
    ),
    (
        "Three of us quit our jobs in Eindhoven in January to build a camera that sees methane. It works on the "
        "bench. Savings run out by summer, so we would happily sell a slice of the company.",
        {"employees": 3, "province": "noord-brabant", "phase": "proof-of-concept", "needs": ["durfkapitaal"]},
    ),
    (
        "Together with a weaver from Tilburg and a dye works from Goirle, both tiny, we want to develop a jacket "
        "without synthetic fibres. Nobody has done it yet. The three of us would pay half of the 300,000 euros.",
        {
            "province": "noord-brabant",
            "collaboration": "mkb-partners",
            "technically_new": True,
            "own_contribution": True,
            "amount_eur": 300_000,
            "needs": ["geld-ontwikkeling"],
        },
    ),
    (
        "There's a copy of our cargo-bike lock on a Chinese website, same screws and all. We had it registered "
        "nowhere. Two founders, Amsterdam, one year in.",
        {"employees": 2, "province": "noord-holland", "company_age_years": 1, "needs": ["octrooi"]},
    ),
    (
        "Our lab test shows the enzyme eats PET. Next is a vessel of 1000 litres, which costs 700,000; a professor in"
        " Wageningen helps. BV, six people, Ede.",
        {
            "employees": 6,
            "province": "gelderland",
            "legal_form": "bv",
            "collaboration": "kennisinstelling",
            "amount_eur": 700_000,
        },
    ),
    (
        "We are two brothers with a campsite in Renesse. Guests want to book online, we still use the phone.",
        {"province": "zeeland", "sector": "horeca", "needs": ["digitalisering"]},
    ),
    (
        "Half a year ago we moved to Rotterdam. Founded in 2016, 19 people, we build barges with batteries. Ship "
        "number one is sailing; now we want ten a year.",
        {"employees": 19, "company_age_years": 10, "province": "zuid-holland", "phase": "opschaling"},
    ),
    (
        "Our start-up (6 people, Leiden) has a vaccine idea proven in mice. The university owns a share. We need 2 "
        "million to get to the first people.",
        {
            "employees": 6,
            "province": "zuid-holland",
            "sector": "zorg-lifesciences",
            "collaboration": "kennisinstelling",
            "amount_eur": 2_000_000,
            "phase": "proof-of-concept",
        },
    ),
    (
        "De eigenaar van een visverwerker op Urk (52 werknemers) wil zijn graatafval tot lijm maken. Of dat te doen "
        "is weet nog niemand; een lector van Van Hall wil het wel onderzoeken.",
        {
            "employees": 52,
            "province": "flevoland",
            "sector": "agrifood",
            "collaboration": "kennisinstelling",
            "needs": ["kennis"],
        },
    ),
    (
        "Onze glasblazerij in Leerdam stookt zich arm. Elektrische oven kost 280.000, de helft kunnen we missen. Acht blazers.",
        {
            "province": "utrecht",
            "sector": "maakindustrie",
            "needs": ["geld-investering", "verduurzaming"],
            "amount_eur": 280_000,
            "own_contribution": True,
        },
    ),
    (
        "Het Limburgse familiebedrijf Peeters (85 man, sinds 1957) giet aluminium. Samen met twee klanten en een "
        "Duitse ovenbouwer wil het een legering ontwikkelen die nergens ter wereld gemaakt wordt.",
        {
            "employees": 85,
            "company_age_years": 69,
            "province": "limburg",
            "sector": "maakindustrie",
            "collaboration": "internationaal",
            "technically_new": True,
        },
    ),
    (
        "praktijk voor oefentherapie, 5 therapeuten, Dordrecht: bestaat er subsidie voor een traplift?? klanten "
        "kunnen niet naar boven",
        {"employees": 5, "province": "zuid-holland", "sector": "zorg-lifesciences"},
    ),
    (
        "Ik heb het drie keer nagerekend. Onze omzet is 6 ton, er gaan 50.000 euro aan stroom doorheen. Wasserette "
        "met drie filialen, Den Haag, 9 mensen",
        {
            "employees": 9,
            "turnover_eur": 600_000,
            "province": "zuid-holland",
            "sector": "zakelijke-diensten",
            "needs": ["verduurzaming"],
        },
    ),
    (
        "Advies graag over de volgorde. Eerst testen of eerst geld? We hebben een fietshelm met airbag, één "
        "exemplaar, zelf gebouwd. Drie studenten van de TU Delft, bedrijf opgericht in 2025.",
        {"employees": 3, "company_age_years": 1, "needs": ["advies", "testen"], "province": "zuid-holland"},
    ),
    (
        "Verffabriek, Winschoten, 70 man: de dure uren zitten in ons lab, vijf chemici die aan nieuwe verf werken. Is"
        " er geen korting op hun loonbelasting?",
        {"employees": 70, "province": "groningen", "sector": "chemie", "needs": ["belastingvoordeel"]},
    ),
    (
        "Writing on behalf of a client, a tulip exporter in Hillegom with 60 staff. He asks whether his own solar "
        "field could get support per kWh.",
        {"employees": 60, "province": "zuid-holland", "sector": "tuinbouw", "needs": ["verduurzaming"]},
    ),
    (
        "Our accountant says we should talk to you. We're a maker of stage lights in Almere, 17 people; two engineers"
        " spend all year on a lamp that follows an actor by itself. Their wages are killing us.",
        {"employees": 17, "province": "flevoland", "sector": "maakindustrie"},
    ),
    (
        "My sister is a nurse and gave me the idea: a pill box that phones home. I have a drawing and a name. I'm "
        "still employed elsewhere. Whom do I ask?",
        {"phase": "idee", "legal_form": "nog-niet-gestart", "needs": ["advies"]},
    ),
    (
        "Hospital kitchens throw away a third of the food. Our start-up (Nijmegen, 5 people, 18 months old) predicts "
        "what patients will eat. A pilot in one hospital went well. How do we find public hospitals as paying "
        "customers?",
        {
            "employees": 5,
            "company_age_years": 1,
            "province": "gelderland",
            "phase": "marktintroductie",
            "needs": ["klant-overheid"],
        },
    ),
    (
        "Grant-hunting is not our hobby. We're a 33-strong machining company in Veghel that lost three lathe "
        "operators to pension. We'd like to set up our own course.",
        {"employees": 33, "province": "noord-brabant", "sector": "maakindustrie", "needs": ["personeel"]},
    ),
    (
        "Hallo, wij zijn een kaarsenmakerij op de Veluwe met 8 man. De stearine komt uit palmolie en daar willen we "
        "vanaf. Een lab in Groningen heeft iets met algen, maar of dat brandt? Eerst uitzoeken dus.",
        {"employees": 8, "province": "gelderland", "sector": "maakindustrie", "phase": "haalbaarheid"},
    ),
    (
        "Ik run een reclamebureau in Tilburg (11 fte). Vraag: onze stagiairs zijn beter in AI dan wij. Hoe scholen we"
        " de rest bij?",
        {"employees": 11, "province": "noord-brabant", "sector": "creatief", "needs": ["personeel"]},
    ),
    (
        "Taartenbakker, eenmanszaak, Gouda, sinds vorig jaar. Ik heb 5000 euro nodig voor een vitrine, wie leent zo'n bedrag?",
        {"legal_form": "eenmanszaak", "province": "zuid-holland", "sector": "agrifood", "amount_eur": 5000, "needs": ["lening"]},
    ),
    (
        "Veertien vrachtwagens, twintig chauffeurs, en op het terrein in Oirschot ligt 4000 vierkante meter dak leeg."
        " Panelen dus. Loont dat?",
        {"employees": 20, "province": "noord-brabant", "sector": "logistiek", "needs": ["verduurzaming"]},
    ),
    (
        "Van een concurrent hoorde ik dat je voor je techneuten minder hoeft af te dragen. Klopt dat? We zijn een "
        "machinefabriek in Weert met 110 man en 8 ontwikkelaars.",
        {"employees": 110, "province": "limburg", "sector": "maakindustrie", "needs": ["belastingvoordeel"]},
    ),
    (
        "Waar kan ik heen met een uitvinding als ik nog werk? Ik ben 34, technisch tekenaar in loondienst in "
        "Hilversum en heb een idee voor een trapleuning.",
        {"province": "noord-holland", "phase": "idee", "needs": ["advies"]},
    ),
    (
        "We press apple juice in Zeewolde with six people and throw away the pulp. A researcher once told us there's "
        "paper in it. How do we find out if that's true?",
        {"employees": 6, "province": "flevoland", "sector": "agrifood", "phase": "haalbaarheid"},
    ),
    (
        "Two-year-old company, five people, Utrecht. Demo is rough but it runs: a headset for deaf musicians. We need"
        " money for another year of development. No equity please.",
        {"employees": 5, "company_age_years": 2, "province": "utrecht", "needs": ["geld-ontwikkeling"]},
    ),
]


@pytest.mark.parametrize(("story", "expected"), STORIES, ids=[story[:40] for story, _ in STORIES])
def test_a_story_is_understood(intake: Intake, story: str, expected: dict[str, Any]) -> None:
    known = understood(intake, story)
    if "needs" in expected:
        assert sorted(known["needs"]) == expected["needs"]
    assert_known(known, expected)


NOT_WANTED = [
    ("Een installateur uit Zwolle zoekt subsidie. Geen lening.", "lening"),
    ("We willen groeien met geld van buiten, behalve leningen", "lening"),
    ("Leningen willen we niet, wel advies", "lening"),
    ("loans: no thanks. We make pumps", "lening"),
    ("I would rather borrow than give away shares", "durfkapitaal"),
    ("Kapitaal graag. Investeerders? Laat dat maar zitten.", "durfkapitaal"),
    ("Don't want to give away shares, so is there a development loan?", "durfkapitaal"),
    ("I'd rather not part with any shares", "durfkapitaal"),
    ("En aandelen weggeven doe ik niet, het blijft in de familie", "durfkapitaal"),
    ("De aandeelhouders willen niet nog verder verwateren", "durfkapitaal"),
]


@pytest.mark.parametrize(("message", "form"), NOT_WANTED, ids=[message for message, _ in NOT_WANTED])
def test_a_form_of_support_is_declined(intake: Intake, message: str, form: str) -> None:
    assert form in intake.understand(user(message)).declined


def test_what_the_bank_does_not_give_is_not_declined(intake: Intake) -> None:
    assert intake.understand(user("de bank geeft geen lening")).declined == ()


STRAY = [
    "Een goed verhaal, zegt de adviseur. Wij bakken brood in Assen.",
    "Een investeerder schreef ons vorige week. Wij bouwen pompen.",
    "Wij willen innoveren en iets nieuws ontwikkelen",
    "Our own patented reactor runs at four customers",
    "Ik zit zelf bij een bank, maar mijn zus heeft een bakkerij",
    "We might move it to Poland one day",
    "I coach a football team, and I make lamps in Tiel",
]


@pytest.mark.parametrize("message", STRAY)
def test_a_stray_word_is_no_need(intake: Intake, message: str) -> None:
    assert "needs" not in understood(intake, message)


@pytest.mark.parametrize(
    ("text", "main", "beside", "ruled_out"),
    [
        ("Samen met twee bedrijven en de universiteit maken we een pomp.", "kennisinstelling", {"mkb-partners"}, set()),
        ("We ontwikkelen het met een ander bedrijf, zonder universiteit.", "mkb-partners", set(), {"kennisinstelling"}),
        ("Zonder universiteit. Of nee, toch met de universiteit.", "kennisinstelling", set(), set()),
    ],
)
def test_whom_they_work_with(intake: Intake, text: str, main: str, beside: set[str], ruled_out: set[str]) -> None:
    profile = intake.understand([Message(role="user", content=text)]).profile
    assert profile.collaboration == main
    assert {value for field, value in profile.beside if field == "collaboration"} == beside
    assert {value for field, value in profile.ruled_out if field == "collaboration"} == ruled_out


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
        (
            ("Wij zijn met zes mensen in Delft", "Een bedrijfje van vier man hier ontwikkelt de meetkop."),
            {"employees": 6},
        ),
        (("Met 45 mensen maken we deuren", "Twee engineers van ons ontwikkelen de besturing zelf"), {"employees": 45}),
        (("40 man", "dat is inclusief uitzendkrachten, vast zijn het er 25 mensen"), {"employees": 25}),
        (("We wilden een lening", "Laat die lening maar zitten"), {"needs": None}),
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
