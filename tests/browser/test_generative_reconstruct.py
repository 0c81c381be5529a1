"""Reconstruct and Walk in a real browser: drawing, toggles without a request, sliders, strips."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
READY = "[data-state=ready]"


def draw_bar(page: Page) -> None:
    """A stroke from top to bottom with the mouse."""
    canvas = page.locator("#generate-a canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.8, steps=5)
    page.mouse.up()


def ink(page: Page) -> int:
    """How many pixels of the canvas are white."""
    return page.locator("#generate-a canvas").evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
            .filter((value, n) => n % 4 === 0 && value > 128).length"""
    )


def test_mean_and_sample_and_ledger_are_toggled_without_a_request(open_at):
    visit = open_at("?tab=generate&section=reconstruct&data=digits&dim=16&a=example:3a")
    page = visit.page
    page.wait_for_selector(f".gen-made{READY}")
    page.wait_for_selector(f".gen-ledger{READY}")
    card = page.locator(".gen-card", has=page.get_by_text("VAE", exact=True))
    expect(card).to_contain_text("from the mean")
    at_mean = card.locator("p").last.inner_text()
    before = len(visit.requests)
    page.get_by_label("one posterior sample of z").check()
    expect(card).to_contain_text("from a sample")
    assert card.locator("p").last.inner_text() != at_mean
    page.wait_for_function("location.search.includes('decoded=sample')")
    numbers = page.locator(".gen-ledger-table tbody td:last-child").all_inner_texts()
    *terms, total = (float(text.replace("−", "-")) for text in numbers)
    assert len(terms) == 17
    assert abs(sum(terms) - total) < 1e-6
    assert len(visit.requests) == before


def test_what_is_drawn_is_seen_and_never_lost(open_at, tmp_path: Path):
    page = open_at("?tab=generate&section=reconstruct&data=digits&dim=16").page
    page.wait_for_selector(f"#generate-a .gen-input{READY}")
    seen = page.locator("#generate-a .gen-seen img")
    before = seen.get_attribute("src")
    draw_bar(page)
    expect(page.locator("#generate-a .gen-credit")).to_have_text("Your drawing")
    expect(seen).not_to_have_attribute("src", str(before))
    drawn = ink(page)
    assert drawn > 1000
    broken = tmp_path / "letter.png"
    broken.write_text("this is a letter and not a photo at all")
    page.locator("#generate-a-upload input[type=file]").set_input_files(broken)
    expect(page.locator("#generate-notice .notice-error")).to_be_visible()
    page.get_by_label("Garments (Fashion-MNIST)").check()
    expect(page.locator("#generate-a .gen-choices button").first).to_have_attribute(
        "title", "T-shirt"
    )
    assert ink(page) == drawn
    canvas = page.locator("#generate-a canvas")
    canvas.focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Space"):
        canvas.press(key)
    canvas.blur()
    assert ink(page) > drawn
    page.get_by_role("button", name="Undo").click()
    assert ink(page) == drawn
    page.get_by_role("button", name="Clear").click()
    assert ink(page) == 0
    page.get_by_role("button", name="Undo").click()
    assert ink(page) == drawn


def test_a_slider_decodes_and_a_direction_is_scrubbed_in_the_browser(open_at):
    visit = open_at("?tab=generate&section=walk&data=digits&dim=16&a=example:3a")
    page = visit.page
    page.wait_for_selector(f".gen-walk{READY}")
    image = page.locator(".gen-walk-stage img").first
    before = str(image.get_attribute("src"))
    slider = page.locator(".gen-walk-row input[type=range]").first
    slider.fill("0.99")
    slider.fill("0.9")
    expect(image).not_to_have_attribute("src", before)
    expect(page.locator(".gen-walk-reading").first).to_have_text("1.28 · 90 %")
    page.locator(".gen-walk-strip").nth(1).click(position={"x": 5, "y": 5})
    expect(page.locator(".gen-walk-reading").nth(1)).to_have_text("−1.59 · 6 %")
    expect(page.locator(".gen-walk-said").first).to_contain_text("Mean change 0.")
    page.get_by_role("button", name="Back to image A's code").click()
    expect(image).to_have_attribute("src", before)
    expect(page.locator(".gen-walk-said").first).to_contain_text("Mean change 0.000")
    asked = len(visit.requests)
    scrubbed = page.locator(".gen-direction").first
    frame = scrubbed.locator(".gen-frame")
    place = frame.evaluate("node => node.style.backgroundPosition")
    scrubbed.locator("input").fill("15")
    expect(scrubbed.locator("figcaption")).to_contain_text("+1.75")
    assert frame.evaluate("node => node.style.backgroundPosition") != place
    assert len(visit.requests) == asked


@pytest.mark.slow
def test_more_dimensions_another_pair_and_another_model(open_at):
    page = open_at("?tab=generate&section=walk&data=digits&dim=16").page
    page.wait_for_selector(f".gen-walk{READY}")
    expect(page.locator(".gen-walk-row")).to_have_count(8)
    page.get_by_role("button", name="All 16 dimensions").click()
    expect(page.locator(".gen-walk-strip").last).to_have_attribute("src", re.compile("^data:"))
    expect(page.locator(".gen-walk-row")).to_have_count(16)
    page.get_by_label("To the class").select_option("1")
    expect(page.locator(".gen-walk-pair")).to_contain_text("mean code of 1 less that of 3")
    page.get_by_label("PCA", exact=True).check()
    expect(page.locator(".gen-walk-head")).to_contain_text("quantiles of the codes")
    expect(page.locator(".gen-walk-row").first).to_contain_text("variance")


@pytest.mark.slow
def test_both_fit_a_phone(browser, served_page):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(120_000)
    page = context.new_page()
    for section, ready in (("reconstruct", ".gen-made"), ("walk", ".gen-walk")):
        page.goto(f"{served_page}?tab=generate&section={section}&__theme=dark")
        page.wait_for_selector(f"{ready}{READY}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
