"""The Convolution tab in the browser: it plays, steps, answers the pointer, its sums are right."""

import re

import numpy as np
import pytest

from segdemo.ui.convolution.presets import PRESETS
from segdemo.ui.convolution.setting import from_mapping
from segdemo.ui.convolution.trace import evaluated

pytestmark = pytest.mark.browser

STAGE = ".cv-stage[data-state=ready]"
SUM = ".cv-sum"
WITHOUT_SUMS = ("fcn",)  # more numbers than are written out as text


def shown(open_at, query="?tab=convolution"):
    visit = open_at(query)
    visit.page.wait_for_selector(STAGE)
    visit.settle()
    return visit


def link_to(choice, **view):
    words = {"operation": choice.operation, **choice.to_mapping(), **view}
    return "?tab=convolution&" + "&".join(f"{name}={value}" for name, value in words.items())


def numbers_on_the_page(page, out=0):
    """The output channel's numbers as the page writes them, and the sum of every cell."""
    text = page.locator(".cv-text pre").text_content()
    return np.array([[float(number) for number in row.split()] for row in text.split("\n")])


def result_of(text):
    """What a written-out sum says it comes to."""
    last = text.rsplit(" = ", 1)[1].split(":")[0].split()[0]
    return float(last.replace("−", "-").replace("∞", "inf"))


def grid(page, side):
    return page.locator(f".cv-grid[data-side={side}] canvas").first


def point_at(visit, side, cell, shape):
    box = grid(visit.page, side).bounding_box()
    x = box["x"] + box["width"] * (cell[1] + 0.5) / shape[1]
    y = box["y"] + box["height"] * (cell[0] + 0.5) / shape[0]
    visit.page.mouse.move(x, y)
    visit.settle()


def start_from(visit, name):
    visit.page.select_option("#cv-preset", name)
    visit.page.wait_for_function(
        "text => document.querySelector('.cv-look').textContent.startsWith(text)",
        arg=PRESETS[name].sentence,
    )
    visit.settle()


@pytest.mark.slow
def test_the_browsers_numbers_are_the_servers_for_every_preset(open_at):
    visit = shown(open_at)
    for name, preset in PRESETS.items():
        if name in WITHOUT_SUMS:
            continue
        start_from(visit, name)
        expected = evaluated(preset.choice)[0]
        assert np.allclose(numbers_on_the_page(visit.page), np.atleast_2d(expected)), name


def test_the_sum_of_every_step_comes_to_the_output(open_at):
    visit = shown(open_at)
    for name in ("halving", "odd_t", "groups", "avg_pool", "unpool"):
        start_from(visit, name)
        expected = evaluated(PRESETS[name].choice)[0]
        # Unpooling steps through inputs: there every output cell is pointed at instead.
        for cell in np.ndindex(expected.shape):
            if name == "unpool":
                point_at(visit, "output", cell, expected.shape)
            assert result_of(visit.page.locator(SUM).text_content()) == pytest.approx(
                expected[cell], abs=5e-3
            )
            if name != "unpool":
                visit.page.get_by_label("Step forward").click()
                visit.settle()


@pytest.mark.slow
def test_scattering_ends_with_the_same_numbers(open_at):
    choice = PRESETS["checkerboard"].choice
    visit = shown(open_at, link_to(choice, reading="scatter"))
    assert "reaches 9 output cells" in visit.page.locator(SUM).text_content()
    visit.page.get_by_label("Last step").click()
    visit.settle()
    point_at(visit, "output", (4, 4), (9, 9))
    text = visit.page.locator(SUM).text_content()
    assert text.count("*") == 4  # k3 s2: an inner cell that four inputs reach
    assert result_of(text) == evaluated(choice)[0][4, 4]


def test_it_plays_and_hovers_without_asking_the_server(open_at):
    visit = shown(open_at)
    before = len(visit.requests)
    visit.page.select_option("select[aria-label=Speed]", "rushing")
    visit.page.get_by_role("button", name="Play").click()
    visit.page.wait_for_function("document.querySelector('.cv-stage').dataset.step === '15'")
    assert visit.page.locator(".cv-counter").text_content() == "16 of 16"
    point_at(visit, "input", (4, 4), (9, 9))
    assert visit.page.locator(SUM).text_content().startswith("input[3, 3] = ")
    point_at(visit, "output", (1, 2), (4, 4))
    assert visit.page.locator(SUM).text_content().startswith("output[1, 2] = ")
    for view in ("matrix", "overlap", "roundtrip", "gradient", "channels"):
        visit.page.locator(f".cv-views [data-name={view}]").click()
        visit.settle()
        assert visit.page.locator(".cv-grid canvas").count()
    assert len(visit.requests) == before


@pytest.mark.slow
def test_an_inputs_whole_fan_out_is_named_with_its_weights(open_at):
    visit = shown(open_at, link_to(PRESETS["half"].choice))
    point_at(visit, "input", (3, 3), (7, 7))
    text = visit.page.locator(SUM).text_content()
    assert "reaches 9 output cells" in text
    kernel = [1, 2, -2, -1, 1, 1, 1, -1, 2]
    said = re.findall(r"by [^*]+\*\(?(−?\d)\)?", text)
    assert sorted(int(weight.replace("−", "-")) for weight in said) == sorted(kernel)


def test_it_steps_by_key_scrubs_and_says_the_step(open_at):
    visit = shown(open_at)
    grid(visit.page, "output").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowDown")
    visit.settle()
    assert visit.page.locator(SUM).text_content().startswith("output[1, 1] = ")
    spoken = visit.page.locator(".cv-spoken").text_content()
    assert spoken.startswith("output[1, 1] = ")
    grid(visit.page, "input").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.settle()
    assert visit.page.locator(".cv-spoken").text_content().startswith("input[0, 0] = ")
    visit.page.keyboard.press("Escape")
    scrubber = visit.page.get_by_label("Step", exact=True)
    scrubber.fill("7")
    visit.settle()
    assert visit.page.locator(SUM).text_content().startswith("output[1, 3] = ")
    visit.page.wait_for_url(re.compile("step=7"))


def test_a_link_opens_the_whole_state(open_at):
    choice = from_mapping({"operation": "conv_transpose", "input_size": "3x4", "stride": 2})
    visit = shown(open_at, link_to(choice, view="matrix", cell="input.1.2"))
    page = visit.page
    assert page.locator(".cv-stage").get_attribute("data-view") == "matrix"
    assert page.locator("input[name=input_size]").all_inner_texts() == ["", ""]
    assert page.locator(SUM).text_content().startswith("Input x: [1, 2] = ")
    page.locator(".cv-views [data-name=step]").click()
    visit.settle()
    assert np.array_equal(numbers_on_the_page(page), evaluated(choice)[0])


def test_an_illegal_setting_is_explained_and_mended_in_one_click(open_at):
    visit = shown(open_at)
    page = visit.page
    stride = page.locator("input[name=stride]")
    stride.fill("0")
    stride.press("Enter")
    page.wait_for_selector(".cv-stage[data-legal=false]")
    banner = page.locator(".cv-banner")
    assert "stride=0 must be at least 1" in banner.text_content()
    assert "non-positive stride is not supported" in banner.text_content()
    assert page.locator(".cv-grid canvas").count() == 3  # the last legal picture stays
    page.get_by_role("button", name="Set stride=1").click()
    page.wait_for_selector(".cv-stage[data-legal=true]")
    assert page.locator("input[name=stride]").input_value() == "1"
    expected = evaluated(from_mapping({"stride": 1, "padding": 1}))[0]
    assert np.array_equal(numbers_on_the_page(page), expected)


@pytest.mark.slow
def test_an_illegal_link_opens_explained(open_at):
    visit = shown(open_at, "?tab=convolution&operation=conv_transpose&stride=2&output_padding=2")
    banner = visit.page.locator(".cv-banner").text_content()
    assert "output_padding=2 must be smaller than stride=2 or dilation=1" in banner
    assert "output padding must be smaller than either stride or dilation" in banner
    assert visit.page.locator(".cv-grid canvas").count() == 3


@pytest.mark.slow
def test_a_name_opens_the_view_that_justifies_it(open_at):
    visit = shown(open_at)
    visit.page.get_by_role("button", name="transposed convolution", exact=True).click()
    visit.page.wait_for_selector(".cv-stage[data-view=matrix][data-operation=conv_transpose]")
    visit.page.get_by_role("button", name="upconvolution").click()
    visit.page.wait_for_selector(".cv-stage[data-view=step]")
    visit.page.wait_for_url(re.compile("reading=scatter"))


def test_a_phone_scrolls_only_down(browser, served_page):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{served_page}?tab=convolution")
    page.wait_for_selector(STAGE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
