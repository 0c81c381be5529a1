"""The Classifier tab in a real browser: steps, reading cells, choosing classes, files, links."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from segdemo.heatmap.receptive import nearest_cell

pytestmark = pytest.mark.browser
READY = "[data-state=ready]"
COLOUR = """([canvas, x, y]) => [...canvas.getContext("2d").getImageData(
    Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data]"""


def colour(page: Page, selector: str, x: float, y: float) -> list[int]:
    return page.evaluate(COLOUR, [page.locator(selector).first.element_handle(), x, y])


def parameters(visit) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(visit.page.url).query).items()}


@pytest.fixture
def heat(open_at: Callable):
    visit = open_at("?tab=classifier&example=cat&step=heat&size=224&stride=32&scored=cells")
    visit.page.wait_for_selector(f"#classifier-heat .heat{READY}")
    return visit


def test_a_link_opens_at_its_step_and_the_steps_follow(open_at):
    visit = open_at("?tab=classifier&step=growth&example=coffee&size=200")
    page = visit.page
    page.wait_for_selector(f"#classifier-growth .heat{READY}")
    expect(page.locator("#classifier-growth")).to_contain_text("espresso")
    expect(page.locator("#classifier-growth")).to_contain_text("⌈200 / 32⌉ − 6 = 1")
    page.get_by_role("tab", name="1 · Linear").click()
    page.wait_for_selector(f".strips{READY}")
    expect(page.locator("#classifier-linear")).to_contain_text("1000 × 1280 × 1 × 1")
    page.wait_for_function("location.search.includes('step=linear')")
    assert parameters(visit)["example"] == "coffee"
    assert parameters(visit)["class"] == "967"


def test_a_cell_is_read_and_the_view_changes_without_a_request(heat):
    page = heat.page
    canvas = page.locator("#classifier-heat canvas")
    box = canvas.bounding_box()
    heat.settle()
    mixed = colour(page, "#classifier-heat canvas", 0.4, 0.4)
    before = len(heat.requests)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    reading = page.locator("#classifier-heat .heat-reading")
    expect(reading).to_contain_text("%")
    expect(reading).to_contain_text("row")
    page.get_by_label("Logit", exact=True).first.check()
    page.mouse.move(5, 5)
    page.get_by_label("Heat map's opacity, percent").fill("0")
    heat.settle()
    assert colour(page, "#classifier-heat canvas", 0.4, 0.4) != mixed
    canvas.focus()
    canvas.press("ArrowRight")
    expect(reading).to_contain_text("row")
    expect(reading).not_to_contain_text("%")
    expect(page.locator("#classifier-heat .heat-spoken")).to_contain_text("row")
    assert len(heat.requests) == before


def test_another_class_another_map_and_its_file(heat):
    page = heat.page
    search = page.locator("#classifier-search input")
    search.click()
    search.press("ControlOrMeta+a")
    search.press_sequentially("school b")
    expect(page.get_by_role("option")).to_have_count(1)
    search.press("Enter")
    expect(page.locator("#classifier-heat")).to_contain_text("school bus: 7 × 11 cells")
    page.wait_for_function("location.search.includes('class=779')")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Heat map, PNG").click()
    assert saved.value.suggested_filename == "heatmap-school-bus-stride32.png"


@pytest.mark.slow
def test_the_window_slides_to_the_end_on_request(open_at):
    page = open_at("?tab=classifier&step=sliding&example=cat&size=224").page
    expect(page.locator("#classifier-exact")).to_contain_text("equal to the last bit")
    page.get_by_role("button", name="Slide the window").click()
    page.wait_for_selector(f"#classifier-sliding .heat{READY}")
    expect(page.locator("#classifier-sliding canvas")).to_have_count(2)
    expect(page.locator("#classifier-sliding-numbers")).to_contain_text("Ratio")
    expect(page.locator(".progress-line")).to_have_text("Done.")


@pytest.mark.slow
def test_another_cell_is_chosen_by_press_and_by_key(open_at):
    visit = open_at("?tab=classifier&step=field&example=cat&size=200")
    page = visit.page
    page.wait_for_selector(f".field{READY}")
    note = page.locator(".field-note")
    row, column = nearest_cell((0.5, 0.5), (200, 304), 32)
    said = "Stride 32, cell in row {} of 7, column {} of 10"
    expect(note).to_contain_text(said.format(row + 1, column + 1))
    page.get_by_role("button", name="Stride 8").click()
    expect(note).to_contain_text("Stride 8, cell in row")
    page.get_by_role("button", name="Stride 32").click()
    detail = page.locator(".field canvas").first
    detail.focus()
    detail.press("ArrowDown")
    expect(note).to_contain_text(said.format(row + 2, column + 1))
    detail.click(position={"x": 3, "y": 3})
    expect(note).to_contain_text(said.format(1, 1))
    page.wait_for_function("location.search.includes('point=0.')")


def test_it_fits_a_phone(browser, served_page):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(f"{served_page}?tab=classifier&step=heat&example=cat&size=200&__theme=dark")
    page.wait_for_selector(f"#classifier-heat .heat{READY}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
