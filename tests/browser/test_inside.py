"""Look inside in a real browser: every view opens, is read, and a pixel is asked for."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from segdemo.ui.segment.inside_settings import VIEWS

pytestmark = pytest.mark.browser

PATIENCE = 120_000  # milliseconds; a shared machine can be slow
WIDER = "document.documentElement.scrollWidth - window.innerWidth"
OPENED = "?tab=segment&section=inside"
# Figures in every view for the default photo and architectures.
FIGURES = {
    "skips": 15, "ladder": 5 + 1 + 2 + 7 + 7 + 6, "switches": 12, "context": 5, "unet": 5,
    "upsampling": 3 + 2 + 2 + 3, "field": 4 + 5,
}  # fmt: skip


def press(page: Page, text: str) -> None:
    """Press one of several choices that stand side by side."""
    page.locator(".inside-choice label").filter(has_text=re.compile(f"^{text}$")).click()


def choose(page: Page, view: str) -> None:
    press(page, VIEWS[view])
    page.wait_for_selector(f".inside[data-view={view}]:not([aria-busy])", timeout=PATIENCE)


def says(place: Locator, text: str | re.Pattern[str]) -> None:
    """The server has answered, and this is what stands there now."""
    expect(place).to_have_text(text, timeout=PATIENCE)


@pytest.fixture
def inside(open_at: Callable) -> Page:
    visit = open_at(OPENED)
    visit.page.wait_for_selector(".inside[data-state=ready]", timeout=PATIENCE)
    return visit.page


def test_every_view_opens_and_is_drawn(inside):
    for view in VIEWS:
        if view != "skips":
            choose(inside, view)
        drawn = inside.locator(".inside-row > .inside-figure")
        expect(drawn).to_have_count(FIGURES[view])
        expect(inside.locator(".inside-sentence")).not_to_be_empty()
        assert inside.evaluate(WIDER) <= 0
    assert "Traceback" not in inside.content()


@pytest.mark.slow
def test_pointing_reads_every_map_at_that_place_without_a_request(inside):
    asked: list[str] = []
    inside.on("request", lambda request: asked.append(request.url))
    added = inside.locator(".inside-rows section").nth(2).locator(".inside-figure")
    sums = inside.locator(".inside-rows section").nth(1).locator(".inside-figure")
    added.nth(0).locator("canvas").hover(position={"x": 60, "y": 40})
    texts = [added.nth(n).locator(".inside-reading").inner_text() for n in range(3)]
    terms = [float(text.replace("−", "-")) for text in texts]
    total = float(sums.nth(2).locator(".inside-reading").inner_text().replace("−", "-"))
    assert sum(terms) == pytest.approx(total, abs=0.25)  # each is rounded to its scale's steps
    masks = inside.locator(".inside-mask .inside-reading")
    expect(masks.first).to_have_text("sky")
    inside.mouse.move(2, 2)
    expect(masks.first).to_be_empty()
    assert asked == []


def test_a_pixel_is_asked_for_by_mouse_and_by_keys(inside):
    choose(inside, "field")
    heading = inside.locator(".inside-rows h3").first
    expect(heading).to_have_text("Pixel 224 from the left, 144 from the top")
    note = inside.locator(".inside-field .inside-note").first
    expect(note).to_contain_text(re.compile(r"In theory \d+ × \d+ pixels; 95 % of the gradient"))
    canvas = inside.locator(".inside-field canvas").first
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 4, "y": box["height"] / 4})
    says(heading, re.compile(r"Pixel 11[12] from the left, 7[123] from the top"))
    inside.wait_for_selector(".inside:not([aria-busy])", timeout=PATIENCE)

    canvas = inside.locator(".inside-field canvas").first
    canvas.focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        canvas.press(key)
    says(heading, re.compile(r"Pixel 1[12]\d from the left, 7[678] from the top"))
    inside.wait_for_selector(".inside:not([aria-busy])", timeout=PATIENCE)
    expect(inside.locator(".inside-field canvas").first).to_be_focused()


@pytest.mark.slow
def test_class_skips_and_switches_change_what_is_shown(inside):
    inside.get_by_label("Class", exact=True).select_option("building")
    says(inside.locator(".inside-rows h3").nth(1), "Sum so far: building")
    choose(inside, "switches")
    press(inside, "stride 4")
    note = inside.locator(".inside-switches .inside-note").first
    says(note, "of 24 × 72 × 112 (channels × height × width)")
    choose(inside, "unet")
    titles = inside.locator(".inside-mask strong")
    expect(titles.nth(1)).to_have_text("Without the skip of stride 4")
    inside.get_by_label("stride 16").check()
    says(titles.nth(1), "Without the skip of stride 16 and 4")
    press(inside, "average")
    says(inside.locator(".inside-mask .inside-note").nth(1), "filled with average")


@pytest.mark.slow
def test_another_photo_and_other_architectures_are_followed(inside):
    choose(inside, "ladder")
    inside.get_by_role("checkbox", name="PSPNet", exact=True).check()
    says(inside.locator(".inside-rows h3").last, "PSPNet")
    inside.get_by_role("button", name="Coffee").click()
    choose(inside, "field")
    expect(inside.locator(".inside-field").first).to_be_visible()
    assert inside.locator(".inside-failure").inner_text() == ""


@pytest.mark.slow
def test_a_phone_is_wide_enough_for_every_view(phone):
    page = phone.page
    page.get_by_role("tab", name="Look inside").click()
    page.wait_for_selector(".inside[data-state=ready]", timeout=PATIENCE)
    for view in ("skips", "ladder", "upsampling", "field"):
        if view != "skips":
            choose(page, view)
        assert page.evaluate(WIDER) <= 0
    page.locator(".inside-field canvas").first.tap()
    page.wait_for_selector(".inside:not([aria-busy])", timeout=PATIENCE)


def test_a_link_opens_the_view_it_names_and_the_address_follows(open_at):
    visit = open_at(f"{OPENED}&look=switches&look_stride=8")
    page = visit.page
    page.wait_for_selector(".inside[data-view=switches]:not([aria-busy])", timeout=PATIENCE)
    assert "look_stride=8" in page.evaluate("location.search")
    choose(page, "field")
    page.wait_for_function("location.search.includes('look=field')")
    assert "look_stride" not in page.evaluate("location.search")
