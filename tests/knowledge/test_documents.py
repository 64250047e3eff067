"""Original documents split into passages that keep their place, without furniture or people's contacts."""

from pathlib import Path

import pytest

from knowledge.documents import DocumentPassage, Locator, find_documents, passage_at, read_passages
from knowledge.errors import DocumentError
from knowledge.privacy import mask_contacts, mask_personal

TEXT = """Eerste alinea met een afge-
broken woord en nog een regel van
dezelfde alinea.

Tweede alinea.

12
\fOp de tweede bladzijde staat dit.

•  Een punt in een lijst.
•  Nog een punt.
"""


def write(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_text_keeps_page_and_paragraph(tmp_path):
    passages = read_passages(write(tmp_path, "a.txt", TEXT))
    assert [(p.page, p.paragraph) for p in passages] == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]
    assert passages[0].text == "Eerste alinea met een afgebroken woord en nog een regel van dezelfde alinea."
    assert not any(p.text == "12" for p in passages)


def test_a_space_in_place_of_a_form_feed_starts_a_page(tmp_path):
    passages = read_passages(write(tmp_path, "a.txt", " Een bladzijde met tekst.\n\nNog iets.\n Een volgende bladzijde.\n"))
    assert [p.page for p in passages] == [1, 1, 2]


def test_double_spaced_lines_are_one_paragraph(tmp_path):
    lines = [
        "Deze regel is ongeveer zo lang als de andere regels hier",
        "en loopt gewoon door in een volgende regel van de tekst,",
        "die weer doorloopt tot het einde van de hele alinea.",
    ]
    text = "\n\n".join([*lines, " ", *lines]) + "\n"
    assert len(read_passages(write(tmp_path, "a.txt", text))) == 2


def test_html_leaves_out_menus_and_scripts(tmp_path):
    markup = "<nav><p>Menu</p></nav><h1>Titel</h1><p>Een <b>vet</b> woord.</p><script>alert(1)</script><ul><li>Punt</li></ul>"
    assert [p.text for p in read_passages(write(tmp_path, "a.html", markup))] == ["Titel", "Een vet woord.", "Punt"]


def test_markdown_is_text(tmp_path):
    assert [p.text for p in read_passages(write(tmp_path, "a.md", "# Kop\n\nEen alinea."))] == ["# Kop", "Een alinea."]


def test_a_broken_pdf_is_told_in_one_sentence(tmp_path):
    with pytest.raises(DocumentError, match=r"a\.pdf can't be read as pdf"):
        read_passages(write(tmp_path, "a.pdf", b"%PDF-1.4 nonsense"))


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DocumentError, match="no folder with documents"):
        find_documents(tmp_path / "nergens")


def test_a_locator_leads_to_its_passage():
    passages = [DocumentPassage("d", 3, 4, "vier"), DocumentPassage("d", 3, 5, "vijf")]
    assert passage_at(passages, "p. 3, al. 4") == "vier"
    assert passage_at(passages, "p. 3, al. 4-5") == "vier vijf"
    assert passage_at(passages, "p. 3, al. 4-6") is None
    assert passage_at(passages, "hoofdstuk 2") is None
    assert Locator.parse("p. 3, par. 4") == Locator(3, 4, 4)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Bel Jan de Vries op 06 12345678 of jan@firma.nl.", ["Jan de Vries", "12345678", "jan@firma.nl"]),
        ("Tel: +31 612 345678", ["612 345678"]),
        ("Tel: (070) 888 12 12", ["888 12 12"]),
    ],
)
def test_people_s_contacts_are_masked(text, gone):
    masked = mask_contacts(text)
    assert not any(part in masked for part in gone)


@pytest.mark.parametrize(
    "text", ["€ 350.000 in 2016", "Kamerstuk 33 009, nr. 53", "2014-2020", "21.000 gebruikers", "in 2018 en 2019"]
)
def test_figures_are_no_phone_numbers(text):
    assert mask_personal(text) == text


def test_personal_data_in_a_question_is_masked():
    masked = mask_personal("Mijn naam is Piet Jansen, BSN 111222333, rekening NL91ABNA0417164300, mail p@x.nl")
    for part in ("Piet", "Jansen", "111222333", "0417164300", "p@x.nl"):
        assert part not in masked
