"""Dilation, On a picture, Quiz and Take away in a real browser."""

import base64
import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from segdemo.arithmetic.quiz import questions
from segdemo.arithmetic.receptive import touched_inputs
from segdemo.ui.convolution.filter import Filter, run
from segdemo.ui.convolution.layers import Stack, StackLayer
from segdemo.ui.convolution.quiz import sized
from segdemo.ui.convolution.stack import followed
from segdemo.ui.convolution.stack_presets import STACKS

pytestmark = pytest.mark.browser

WIDER = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def section(open_at):
    """Opens one section of the Convolution tab with more parameters: section("quiz", quiz=3)."""

    def open_section(name: str, **parameters: object):
        ready = {
            "dilation": ".stack-view[data-state=ready]",
            "picture": ".picture-view[data-state=ready]",
            "quiz": ".quiz[data-state=ready]",
            "step": ".cv-stage[data-state=ready]",
        }[name]
        query = "".join(f"&{key}={value}" for key, value in parameters.items())
        visit = open_at(f"?tab=convolution&section={name}{query}")
        visit.page.wait_for_selector(ready)
        return visit

    return open_section


def test_a_stack_is_built_and_its_field_read(section):
    page = section("dilation", stack="c3p1n16", stack_size=33).page
    for number, dilation in ((2, 2), (3, 4)):
        page.get_by_role("button", name="Add a layer at the end").click()
        for field in ("dilation", "padding"):
            page.get_by_label(f"Layer {number}: {field}").fill(str(dilation))
    reading = page.locator(".stack-reading")
    expect(reading).to_contain_text("of layer 3 sees 15 cells across")
    expect(reading).to_contain_text("it touches 15, with no hole")
    expect(page.locator("#stack-preset")).to_have_value("doubling")  # it knows what was built
    row = page.locator(".stack-numbers tbody tr").nth(2)
    expect(row.locator("td").nth(1)).to_have_text("15")
    page.wait_for_function("location.search.includes('stack=c3p1n16.c3d2p2n16.c3d4p4n16')")
    expect(page.locator("#stack-growth .plot-alt")).to_contain_text("from 1 to 15 input cells")


@pytest.mark.slow
def test_every_cell_sees_in_the_browser_what_the_arithmetic_says(section):
    visit = section("dilation", stack="c3d2p2.m2s2.t3s2p1.c3p1", stack_size=24)
    page, canvas = visit.page, visit.page.locator(".stack-rows")
    expect(page.locator(".stack-view")).to_have_attribute("data-depth", "4")
    layers = ("conv", 3, 1, 2, 2), ("max_pool", 2, 2, 1, 0), ("conv_transpose", 3, 2, 1, 1)
    stack = Stack(tuple(StackLayer(*one) for one in (*layers, ("conv", 3, 1, 1, 1))), 24)
    settings, _ = followed(stack)
    before = len(visit.requests)
    canvas.focus()
    for _ in range(4):
        canvas.press("ArrowRight")
        cell = int(page.locator(".stack-view").get_attribute("data-cell"))
        said = page.locator(".stack-reading").inner_text()
        touched = int(re.search(r"touches (\d+)", said)[1])
        padding = re.search(r"; (\d+) of them lie in padding", said)
        inside = touched - (int(padding[1]) if padding else 0)
        assert inside == touched_inputs(settings, (cell,)).sum()
    assert len(visit.requests) == before


@pytest.mark.slow
def test_gridding_shows_its_holes_and_an_illegal_layer_is_mended_by_a_press(section):
    page = section("dilation").page
    page.locator("#stack-preset").select_option("gridding")
    expect(page.locator(".stack-reading")).to_contain_text("touches 7 and misses 6")
    expect(page.locator(".stack-foot figcaption")).to_contain_text("49 of 13 × 13 = 169")
    expect(page.locator(".stack-note")).to_contain_text(STACKS["gridding"].sentence[:40])
    page.get_by_label("Layer 3: padding").fill("0")
    page.get_by_label("Input size").fill("3")
    expect(page.locator(".stack-fault")).to_contain_text("Layer 3: the kernel spans")
    expect(page.locator(".stack-wrong")).to_have_attribute("aria-label", "Layer 3")
    page.locator(".stack-fault button").click()
    expect(page.locator(".stack-fault")).to_be_empty()
    assert page.get_by_label("Input size").input_value() == "3"


def test_a_kernel_goes_over_a_picture_and_the_loupe_adds_up(section):
    visit = section("picture")
    page, view = visit.page, visit.page.locator(".picture-view")
    expect(view).to_contain_text("mid-grey is 0")
    serial = view.get_attribute("data-serial")
    page.locator("#picture-kernel textarea").fill("1 2\n3 ")
    page.keyboard.type("4")
    expect(view).not_to_have_attribute("data-serial", serial)
    expect(page.locator("#picture-named input")).to_have_value("Typed in")
    image = page.evaluate("document.querySelector('[data-name=input] canvas').toDataURL()")
    grey = np.array(Image.open(BytesIO(base64.b64decode(image.split(",")[1]))).convert("RGB"))
    values = run(Filter(kernel="1 2\n3 4"), grey[:, :, :1])
    marks = page.locator("[data-name=result] .picture-marks")
    serial = view.get_attribute("data-serial")
    marks.focus()  # leaving the kernel's box works it out once more
    expect(view).not_to_have_attribute("data-serial", serial)
    page.wait_for_timeout(1500)  # its last messages
    before = len(visit.requests)
    for key in ("ArrowDown", "ArrowLeft", "Shift+ArrowRight"):
        marks.press(key)
        said = page.locator(".picture-told").inner_text()
        row, column = (int(n) for n in re.findall(r"(?:row|column) (\d+)", said))
        total = said.rsplit(" = ")[1].replace("\N{MINUS SIGN}", "-")
        assert float(total) == pytest.approx(float(values[row, column, 0]), abs=0.01)
    assert len(visit.requests) == before


@pytest.mark.slow
def test_a_wrong_kernel_is_explained_and_kept(section):
    page = section("picture").page
    caption = page.locator("[data-name=result] figcaption").inner_text()
    page.locator("#picture-kernel textarea").fill("1 2\n3 ")
    page.keyboard.type("x")
    expect(page.locator("#picture-notice")).to_contain_text("'x', which is no number")
    expect(page.locator("#picture-kernel textarea")).to_have_value("1 2\n3 x")
    expect(page.locator("[data-name=result] figcaption")).to_have_text(caption)


def test_the_quiz_goes_by_keyboard_from_a_link(section):
    page = section("quiz", quiz=7).page
    asked = questions(7)
    field = page.locator("#quiz-answer")
    field.focus()
    for number in range(3):
        expect(page.locator(".quiz-head")).to_contain_text(f"Question {number + 1} of")
        answer = asked[number].answer
        page.keyboard.type(sized(answer) if number != 1 else "illegal")
        page.keyboard.press("Enter")
        right = number != 1 or answer is None
        expect(page.locator(".quiz-verdict")).to_contain_text("Right" if right else "Not so")
        expect(page.locator("#quiz-why")).to_be_visible()
        page.keyboard.press("Enter")
        expect(field).to_be_focused()
    expect(page.locator(".quiz-head")).to_contain_text("of 3 right")
    expect(page.locator(".quiz-score li")).to_have_count(3)
    assert "quiz=7" in page.url


@pytest.mark.slow
def test_an_answer_that_is_none_costs_nothing(section):
    page = section("quiz", quiz=7).page
    page.locator("#quiz-answer").fill("four")
    page.locator("#quiz-answer").press("Enter")
    expect(page.locator(".quiz-verdict")).to_contain_text("must be")
    expect(page.locator("#quiz-answer")).to_have_value("four")
    expect(page.locator(".quiz-score li")).to_have_count(0)


def test_each_format_is_saved_at_the_step_that_is_shown(section, tmp_path: Path):
    page = section("step", step=4).page
    saved = {}
    for name in ("Step as SVG", "Step as PDF", "Animation as GIF"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        saved[path.name] = path.read_bytes()
    assert set(saved) == {"convolution-step-5.svg", "convolution-step-5.pdf", "convolution.gif"}
    text = "".join(ElementTree.fromstring(saved["convolution-step-5.svg"]).itertext())
    assert "step 5 of 16" in text
    assert saved["convolution-step-5.pdf"].startswith(b"%PDF-")
    with Image.open(BytesIO(saved["convolution.gif"])) as image:
        assert image.n_frames == 16


@pytest.mark.slow
def test_a_phone_is_wide_enough_for_each_section(browser, served_page):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    for name, ready in (
        ("dilation", ".stack-view"),
        ("picture", ".picture-view"),
        ("quiz", ".quiz"),
    ):
        page.goto(f"{served_page}?tab=convolution&section={name}")
        page.wait_for_selector(f"{ready}[data-state=ready]", timeout=120_000)
        assert page.evaluate(WIDER) <= 0
    context.close()
