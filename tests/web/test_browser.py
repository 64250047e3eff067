"""A visitor in a real browser: asks, opens a citation, chooses, corrects, switches language, and loses nothing."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn

from assistant.web.server import build_app
from tests.web.conftest import CRASH, ScriptedAdvisor

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the test extra has it)")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)")
HOSTILE = '12 mensen <img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@dataclass
class Site:
    """A running server, and a way to stop it."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture
def site(scripted: ScriptedAdvisor) -> Iterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(build_app(scripted), port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    site = Site(f"http://127.0.0.1:{port}/", server, thread)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """An open page, what it asked for elsewhere, and what went wrong in it."""

    page: playwright.Page
    elsewhere: list[str]
    problems: list[str]

    def say(self, text: str) -> None:
        self.page.get_by_label(re.compile("Uw bericht|Your message")).fill(text)
        self.page.keyboard.press("Enter")


@pytest.fixture
def visit(browser, site: Site) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.set_default_timeout(15_000)
    seen = Visit(page, [], [])
    page.on(
        "request",
        lambda request: None if request.url.startswith((site.url, "data:")) else seen.elsewhere.append(request.url),
    )
    page.on("pageerror", lambda error: seen.problems.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(site.url)
    page.wait_for_selector(".start")
    yield seen
    page.close()


def no_sideways_scroll(page: playwright.Page) -> bool:
    """Nothing sticks out to the right, cut off or not."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const out = [...document.querySelectorAll('body *')].filter((e) => {
            const box = e.getBoundingClientRect();
            return box.width > 1 && box.right > width + 1 && !e.closest('.scrolls');
          });
          return document.documentElement.scrollWidth <= width && out.length === 0;
        }"""
    )


def test_a_whole_conversation(visit: Visit):
    page, expect = visit.page, playwright.expect
    employees = page.get_by_role("spinbutton", name="Aantal medewerkers")
    province = page.get_by_role("combobox", name="Provincie")
    visit.say("Wij zijn met 12 mensen. Is er geld?")
    expect(page.locator(".answer")).to_contain_text("€ 5.000 [1]")
    expect(employees).to_have_value("12")
    expect(page.locator(".profile")).to_contain_text("12 mensen")

    page.locator(".answer .marker").first.click()
    citation = page.locator("#t1-c1")
    expect(citation).to_have_attribute("open", "")
    expect(citation.get_by_text("Letterlijk: vijfduizend euro.")).to_be_visible()
    expect(citation.get_by_role("link", name="Open de bron")).to_have_attribute("href", "https://blad.example/1")
    citation.get_by_role("button", name="Terug naar de tekst").click()
    expect(page.locator(".answer .marker").first).to_be_focused()

    page.locator(".overview summary").click()
    expect(page.locator(".overview")).to_contain_text("Niet bekend")
    page.get_by_role("button", name="Zeeland", exact=True).click()
    expect(page.locator(".reply")).to_have_count(2)
    expect(province).to_have_value("zeeland")
    expect(page.locator(".option")).to_have_count(0)

    employees.fill("80")
    employees.press("Tab")
    expect(page.locator(".answer").last).to_contain_text("Voor 80 mensen")
    province.select_option("")
    expect(page.locator(".profile")).to_contain_text("Door u leeggemaakt")
    page.locator("#field-needs summary").click()
    page.get_by_label("Een plek om te testen").check()
    expect(page.locator("#field-needs summary")).to_contain_text("Een plek om te testen")
    page.get_by_role("button", name="Niet meer zelf invullen: aantal medewerkers").click()
    expect(employees).to_have_value("12")

    page.get_by_role("button", name="English").click()
    expect(page.locator(".answer").last).to_contain_text("This fits you.")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"

    page.get_by_role("button", name="Take back the last message").click()
    expect(page.locator(".reply")).to_have_count(1)
    expect(page.get_by_label("Your message")).to_have_value("Zeeland")
    page.get_by_role("button", name="Start again").click()
    expect(page.locator(".start")).to_be_visible()
    assert (visit.elsewhere, visit.problems) == ([], [])


def test_changes_made_in_haste_all_arrive(visit: Visit):
    page, expect = visit.page, playwright.expect
    page.evaluate(
        """() => {
          const changes = { employees: '7', province: 'zeeland', sector: 'bouw', amount_eur: '900' };
          for (const [id, value] of Object.entries(changes)) {
            const field = document.getElementById(`field-${id}`);
            field.value = value;
            field.dispatchEvent(new Event('change', { bubbles: true }));
          }
        }"""
    )
    expect(page.locator(".field.by-hand")).to_have_count(4)
    page.get_by_role("button", name="Zoek met deze gegevens").click()
    expect(page.locator(".answer")).to_contain_text("Voor 7 mensen")


def test_nothing_is_lost_or_rendered_when_things_go_wrong(visit: Visit, site: Site):
    page, expect = visit.page, playwright.expect
    visit.say(HOSTILE)
    expect(page.locator(".said p").first).to_have_text(HOSTILE)
    assert page.evaluate("window.hacked") is None
    assert page.locator(".said img, .said script").count() == 0

    visit.say(f"dit gaat {CRASH}")
    expect(page.locator(".failure")).to_contain_text("Er ging iets mis")
    expect(page.get_by_label("Uw bericht")).to_have_value(f"dit gaat {CRASH}")
    assert "Traceback" not in page.content()
    visit.say("Zeeland")
    expect(page.locator(".reply")).to_have_count(2)

    site.stop()
    visit.say("Bent u er nog?")
    expect(page.locator(".problem.offline")).to_be_visible()
    expect(page.get_by_label("Uw bericht")).to_have_value("Bent u er nog?")


def test_on_a_phone(visit: Visit):
    page, expect = visit.page, playwright.expect
    page.set_viewport_size({"width": 360, "height": 740})
    assert no_sideways_scroll(page)
    page.locator(".example").first.click()
    expect(page.locator(".reply")).to_have_count(1)
    assert no_sideways_scroll(page)
    for fold in (".overview", ".sendable"):
        page.locator(f"{fold} > summary").click()
    expect(page.locator("#profile-fields")).to_be_hidden()
    page.get_by_role("button", name="Wat ik van u begrijp").click()
    expect(page.locator("#profile-fields")).to_be_visible()
    page.locator(".answer .marker").first.click()
    expect(page.get_by_text("Letterlijk: vijfduizend euro.")).to_be_in_viewport()
    assert no_sideways_scroll(page)
    assert page.locator("#profile").bounding_box()["y"] > page.locator("#composer").bounding_box()["y"]
