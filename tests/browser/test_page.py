"""The page in a real browser: what a person does with it, and that nothing leaves this machine."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from segdemo.ui.examples import EXAMPLES, FOLDER
from segdemo.ui.segment.tab import DEFAULT_ARCHITECTURES

pytestmark = pytest.mark.browser


def test_it_opens_with_an_example_worked_out(visit):
    panes = visit.page.locator(".pane")
    expect(panes).to_have_count(len(DEFAULT_ARCHITECTURES))
    expect(visit.page.locator(".panes-sentence")).to_have_text(EXAMPLES["palace"].sentence)
    label = panes.nth(1).locator("canvas").get_attribute("aria-label")
    assert label.startswith("FCN-8s: ")
    assert "%" in label
    expect(panes.nth(0)).to_contain_text("ms")
    expect(panes.nth(0)).to_contain_text("parameters")


def test_the_view_changes_without_a_request(visit):
    page = visit.page
    mixed = visit.pixel(0)
    before = len(visit.requests)

    page.get_by_label("Overlay opacity, percent").fill("100")
    visit.settle()
    painted = visit.pixel(0)
    assert painted != mixed

    box = page.locator(".pane canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 5)
    readings = page.locator(".pane-reading")
    for pane in range(len(DEFAULT_ARCHITECTURES)):
        expect(readings.nth(pane)).not_to_be_empty()
    pointed = readings.nth(0).inner_text()
    page.mouse.move(5, 5)
    expect(readings.nth(0)).not_to_have_text(pointed)  # back to the pixel that is kept

    for name in ("Names", "Outlines"):
        page.get_by_label(name, exact=True).click()
    toggle = page.locator(".panes-legend .panes-class").first
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")

    assert len(visit.requests) == before


@pytest.mark.slow
def test_hiding_a_class_shows_the_photo_below_it(visit):
    page = visit.page
    page.get_by_label("Names", exact=True).uncheck()
    visit.page.locator(".pane canvas").first.press("Escape")
    page.get_by_label("Overlay opacity, percent").fill("0")
    visit.settle()
    photo = visit.pixel(0)
    page.get_by_label("Overlay opacity, percent").fill("100")
    buttons = page.locator(".panes-class")
    for index in range(buttons.count()):
        buttons.nth(index).click()
    page.mouse.move(5, 5)
    visit.settle()
    assert visit.pixel(0) == photo


@pytest.mark.slow
def test_the_arrow_keys_move_the_pixel_that_is_read(visit):
    canvas = visit.page.locator(".pane canvas").first
    canvas.focus()
    canvas.press("ArrowRight")
    expect(visit.page.locator(".pane-reading").nth(1)).not_to_be_empty()
    canvas.press("Escape")
    expect(visit.page.locator(".pane-reading").nth(1)).to_be_empty()


@pytest.mark.slow
def test_an_example_is_one_press_away(visit):
    visit.page.get_by_role("button", name="Coffee").click()
    expect(visit.page.locator(".panes-sentence")).to_have_text(EXAMPLES["coffee"].sentence)
    expect(visit.page.get_by_role("button", name="Coffee")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_another_architecture_adds_a_pane_and_none_is_explained(visit):
    page = visit.page

    def architecture(title: str) -> Locator:
        return page.get_by_role("checkbox", name=title, exact=True)

    architecture("PSPNet").check()
    expect(page.locator(".pane[data-name=pspnet]")).to_be_visible()
    architecture("FCN-32s").uncheck()
    expect(page.locator(".pane[data-name=fcn32s]")).to_have_count(0)
    for title in ("FCN-8s", "U-Net", "Dilated + context", "PSPNet"):
        architecture(title).uncheck()
    expect(page.locator(".notice")).to_contain_text("choose at least one")
    assert page.locator(".pane").count() >= 1


def test_a_photo_is_segmented_and_a_bad_file_changes_nothing(visit, tmp_path: Path):
    page = visit.page
    upload = page.locator("#photo input[type=file]").first
    upload.set_input_files(FOLDER / "flower.jpg")
    expect(page.locator(".notice")).to_contain_text("640 × 427 pixels")
    expect(page.locator(".panes-sentence")).to_contain_text("Compare the outlines")
    expect(page.locator(".picker [aria-pressed=true]")).to_have_count(0)
    labels = [canvas.get_attribute("aria-label") for canvas in page.locator(".pane canvas").all()]

    bad = tmp_path / "letter.png"
    bad.write_text("dear reader, this is no picture")
    page.get_by_label("Remove Image").click()
    upload = page.locator("#photo input[type=file]").first
    upload.set_input_files(bad)
    expect(page.locator(".notice")).to_contain_text("This file looks like text")
    after = [canvas.get_attribute("aria-label") for canvas in page.locator(".pane canvas").all()]
    assert after == labels
    expect(page.locator("#photo img")).to_be_visible()
    assert "Traceback" not in page.content()


def test_the_models_tab_shows_layers_and_another_paper(visit):
    page = visit.page
    page.get_by_role("tab", name="Models").click()
    expect(page.locator(".halves table")).to_have_count(2)
    expect(page.locator(".halves table").first).to_contain_text("404")
    page.get_by_label("Paper's network").click()
    page.get_by_role("option", name="U-Net (2015)").click()
    expect(page.locator(".halves table").first).to_contain_text("388")
    expect(page.locator(".katex").first).to_be_visible()


def test_a_phone_is_wide_enough(phone):
    page = phone.page
    wider = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wider) <= 0
    page.locator(".pane canvas").first.tap()
    expect(page.locator(".pane-reading").nth(1)).not_to_be_empty()
    phone.turn_to("Models")
    expect(page.locator(".halves table")).to_have_count(2)
    assert page.evaluate(wider) <= 0
