"""Measure, Try to break it and Take away in a real browser."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from segdemo.labels import PHOTOS, write_mask
from segdemo.ui.segment import measure_truth
from segdemo.ui.segment.takeaway_section import FORMATS

pytestmark = pytest.mark.browser

WIDER = "document.documentElement.scrollWidth - window.innerWidth"


def open_section(page, title: str) -> None:
    page.get_by_role("tab", name=title, exact=True).click()


def test_a_ground_truth_is_uploaded_and_one_is_drawn(visit, tmp_path: Path):
    page = visit.page
    open_section(page, "Measure")
    expect(page.locator("#measure-errors figure")).to_have_count(5)
    expect(page.locator("#measure-tables table")).to_have_count(2)
    opened = page.locator("#measure-tables").inner_text()

    # All sky: each architecture's mIoU is that one class's IoU.
    mask = measure_truth.of_example("palace").copy()
    mask[mask != PHOTOS.index("sky")] = 255
    path = tmp_path / "truth.png"
    write_mask(mask, PHOTOS, path)
    page.locator("#truth-upload input[type=file]").set_input_files(path)
    expect(page.locator("#measure-notice")).to_contain_text("uploaded, read as this page")
    tables = page.locator("#measure-tables table")
    expect(tables.nth(1).locator("tbody tr")).to_have_count(1)
    assert page.locator("#measure-tables").inner_text() != opened
    miou = tables.nth(0).locator("tbody tr").first.locator("td").first.inner_text()
    assert miou == tables.nth(1).locator("tbody tr").first.locator("td").nth(1).inner_text()

    page.locator(".draw-fold summary").click()
    canvas = page.locator(".draw canvas")
    canvas.scroll_into_view_if_needed()
    page.get_by_label("Class to draw").select_option(label="building")
    box = canvas.bounding_box()
    for x, y in [(0.2, 0.4), (0.4, 0.4), (0.4, 0.7), (0.2, 0.7), (0.9, 0.1)]:
        canvas.click(position={"x": x * box["width"], "y": y * box["height"]})
    canvas.press("Backspace")
    canvas.press("Enter")
    expect(page.locator(".draw-said")).to_contain_text("1 shapes; 6 %")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".draw-said")).to_contain_text("0 shapes")
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".draw-said")).to_contain_text("1 shapes")
    page.get_by_role("button", name="Measure against my drawing").click()
    expect(page.locator("#measure-notice")).to_contain_text("drawn by you")
    expect(tables.nth(1).locator("tbody tr th")).to_have_text(["building"])

    open_section(page, "Compare")
    open_section(page, "Measure")
    expect(page.locator(".draw")).to_have_attribute("data-shapes", "1")
    expect(page.locator("#measure-notice")).to_contain_text("drawn by you")

    bad = tmp_path / "bad.png"
    Image.fromarray(np.zeros((10, 10), np.uint8)).save(bad)
    page.locator(
        "#truth-upload button[aria-label='Clear'], #truth-upload .icon-button"
    ).first.click()
    page.locator("#truth-upload input[type=file]").set_input_files(bad)
    expect(page.locator("#measure-notice")).to_contain_text("10 x 10 pixels, but must have")
    expect(page.locator(".draw")).to_have_attribute("data-shapes", "1")


@pytest.mark.slow
def test_a_polygon_is_drawn_by_keyboard(visit):
    page = visit.page
    open_section(page, "Measure")
    page.locator(".draw-fold summary").click()
    canvas = page.locator(".draw canvas")
    canvas.focus()
    for keys in (["Space"], ["ArrowRight"] * 5 + ["Space"], ["ArrowDown"] * 5 + ["Space", "Enter"]):
        for key in keys:
            canvas.press(key)
    expect(page.locator(".draw-said")).to_contain_text("1 shapes")


def test_each_file_is_saved_and_read(visit):
    page = visit.page
    open_section(page, "Take away")
    expect(page.locator("#takeaway-grid figure")).to_have_count(2)
    contents = {}
    for kind, form in FORMATS.items():
        with page.expect_download() as waiting:
            page.locator(f"#take-{kind}").click()
        assert waiting.value.suggested_filename.endswith(form.ending)
        contents[kind] = Path(waiting.value.path()).read_bytes()
    for kind, mode in {"index": "P", "overlay": "RGB", "cutout": "RGBA"}.items():
        with Image.open(BytesIO(contents[kind])) as image:
            assert image.mode == mode
            assert image.size == (640, 427)
    assert json.loads(contents["coco"])["images"][0]["width"] == 640
    assert json.loads(contents["geojson"])["type"] == "FeatureCollection"
    assert contents["pdf"].startswith(b"%PDF-")
    assert b"<svg" in contents["svg"]
    page.locator("#take-link").click()
    expect(page.locator(".takeaway-copied")).not_to_be_empty()


def test_a_slider_and_a_curve_show_agreement(visit):
    page = visit.page
    open_section(page, "Try to break it")
    sentence = page.locator("#break-grid .shots-sentence")
    expect(sentence).to_contain_text("shift 16 pixels")
    page.locator("#break-clean").click()
    expect(sentence).to_contain_text("every mask agrees with itself")
    page.locator("#break-over").get_by_label("Noise").check()
    page.locator("#break-curve-start").click()
    expect(page.locator("#break-curve .plot-alt")).to_contain_text("at 80")


@pytest.mark.slow
def test_a_phone_is_wide_enough_for_the_canvas(phone):
    page = phone.page
    phone.turn_to("Measure")
    expect(page.locator("#measure-errors figure")).to_have_count(5)
    page.locator(".draw-fold summary").tap()
    page.locator(".draw canvas").tap()
    assert page.evaluate(WIDER) <= 0
