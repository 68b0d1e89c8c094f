"""The page in a real browser: nothing is fetched, everything opens by keyboard, it prints, and contrast holds."""

import itertools
import shutil
from pathlib import Path

import pytest

from teachback.audit import Request, Wish, audit, write
from tests.audit.making import frames, many, write_batch

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => { v /= 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (let n = e; n; n = n.parentElement) { const c = getComputedStyle(n).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(c)) return c; } return 'rgb(255,255,255)'; };
  const bad = [];
  document.querySelectorAll('p,td,th,dt,dd,a,h1,h2,h3,summary,button,caption,li,small,code,.sev').forEach(e => {
    if (!e.textContent.trim() || !e.getClientRects().length) return;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(e.tagName + ' ' + e.className + ' ' + ratio.toFixed(2));
  });
  document.querySelectorAll('svg text').forEach(e => {
    const a = light(getComputedStyle(e).fill), ratio = 1.05 / (a + 0.05);
    if (ratio < 4.5) bad.push('svg text ' + e.className.baseVal + ' ' + ratio.toFixed(2));
  });
  return [...new Set(bad)];
}"""


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip("no chromium here")
    with playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        flags += ["--no-first-run", "--disable-component-update", "--disable-sync"]
        running = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    new = write_batch(folder / "new", many(frames(300, payer="example-midpoint"), 8), parts=2)
    old = write_batch(folder / "old", many(frames(300), 8), parts=2)
    write(audit(Request(new, folder / "out", Wish(seed=3), against=old)))
    return (folder / "out" / "audit.html").as_uri()


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.problems, opened.asked = [], []
    opened.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.on(
        "console", lambda message: opened.problems.append(message.text) if message.type == "error" else None
    )
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.goto(address)
    yield opened
    context.close()


def test_it_opens_without_errors_and_without_asking_for_anything(page, address):
    assert page.problems == []
    assert page.asked == [address]
    assert page.title().startswith("Caregiver-training audit")


def test_every_figure_opens_to_its_rows_by_keyboard(page):
    summary = page.locator("article details > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    details = page.locator("article details").first
    assert details.evaluate("d => d.open")
    assert details.locator("tbody tr").count() > 0
    assert "rows/" in details.inner_text()
    for section in ("patterns", "money", "sample", "changes"):
        assert page.locator(f"#{section} details").count() > 0, section


def test_all_rows_open_and_close_at_once(page):
    button = page.locator("#all")
    button.click()
    assert page.locator("details:not([open])").count() == 0
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert page.locator("details[open]").count() == 0


def test_tables_are_tables(page):
    wrong = page.evaluate(
        """() => [...document.querySelectorAll('table')].filter(t => !t.querySelector('thead th[scope=col]')
             || !(t.caption || t.closest('details'))).length"""
    )
    assert wrong == 0
    assert page.locator("svg.chart:not([role=img][aria-label])").count() == 0
    assert (
        page.evaluate("() => new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size")
        == page.locator("[id]").count()
    )
    levels = page.evaluate("() => [...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_contrast_meets_aa_also_with_all_rows_open(page):
    page.locator("#all").click()
    assert page.evaluate(CONTRAST) == []


def test_nothing_runs_off_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_it_prints_without_what_is_for_the_screen(page, tmp_path):
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("article details").first.is_hidden()
    file = tmp_path / "audit.pdf"
    page.pdf(path=file)
    assert file.read_bytes().startswith(b"%PDF")
    assert page.locator("svg.chart").first.is_visible()
