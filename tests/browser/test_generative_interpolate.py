"""Interpolate in a real browser: rows in step without a request, swapping, links, files."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
READY = ".gi[data-state=ready]"
LINK = "?tab=generate&section=interpolate&data=digits&dim=2"
AT = "el => getComputedStyle(el).getPropertyValue('--at').trim()"
PLACE = "el => getComputedStyle(el).backgroundPositionX"


def parameters(visit) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(visit.page.url).query).items()}


@pytest.fixture
def way(open_at: Callable):
    visit = open_at(LINK)
    visit.page.wait_for_selector(READY)
    expect(visit.page.locator(".gi-curve .main-svg").first).to_be_visible()
    return visit


def test_all_rows_are_scrubbed_and_played_in_step_without_a_request(way):
    page = way.page
    way.settle()
    before = len(way.requests)
    slider = page.get_by_label("Way from A to B")
    slider.focus()
    slider.press("Home")
    expect(page.locator(".gi-counter")).to_have_text("t = 0.00, frame 1 of 24")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "t = 0.04, frame 2 of 24")
    frames = page.locator(".gi-now").evaluate_all(f"nodes => nodes.map({PLACE})")
    assert len(frames) > 2
    assert len(set(frames)) == 1
    page.locator(".gi-strip").first.locator(".gi-cell").last.click()
    expect(page.locator(".gi-counter")).to_have_text("t = 1.00, frame 24 of 24")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.gi').style.getPropertyValue('--at') < 22")
    page.get_by_role("button", name="Pause").click()
    assert 0 < int(page.locator(".gi").evaluate(AT)) < 23
    page.locator(".gi").get_by_label("Linear", exact=True).check()
    expect(page.locator(".gi-line[data-way=spherical]:visible")).to_have_count(0)
    page.locator(".gi").get_by_label("All frames").check()
    expect(page.locator(".gi-strip").first.locator(".gi-cell")).to_have_count(24)
    page.get_by_label("Model whose curves are shown").select_option(label="PCA")
    expect(page.locator(".gi-curve").nth(2)).to_contain_text("mixture fitted to the codes")
    expect(page.locator(".gi-reading").first).to_contain_text("spherical")
    assert way.requests[before:] == []
    told = parameters(way)
    assert (told["way"], told["strip"], told["curve"]) == ("linear", "all", "digits-pca-2")


def test_a_link_opens_at_its_frame_and_way_and_swapping_turns_the_way_round(open_at):
    visit = open_at(f"{LINK}&way=spherical&frame=0&curve=digits-pca-2&strip=nonsense&a=example:1a")
    page = visit.page
    page.wait_for_selector(READY)
    expect(page.locator(".gi-counter")).to_have_text("t = 0.00, frame 1 of 24")
    expect(page.locator(".gi-line[data-way=linear]:visible")).to_have_count(0)
    expect(page.locator(".gi-strip").first.locator(".gi-cell")).to_have_count(9)
    norms = page.locator(".gi-reading").first
    first = norms.inner_text()
    page.get_by_role("button", name="Swap A and B").click()
    expect(norms).not_to_have_text(first)
    page.wait_for_function("location.search.includes('b=example%3A1a')")
    page.get_by_label("Way from A to B").press("End")
    expect(norms).to_have_text(first, use_inner_text=True)


def test_what_is_shown_is_saved_as_files(way):
    page = way.page
    for button, kind in (("Strip, SVG", "svg"), ("Animation, GIF", "gif")):
        with page.expect_download() as saved:
            page.get_by_role("button", name=button).click()
        assert saved.value.suggested_filename == f"digits-interpolation.{kind}"


def test_beta_shows_its_curve_and_calculates_a_loss(open_at):
    visit = open_at("?tab=generate&section=beta&data=digits")
    page = visit.page
    expect(page.locator("#generate-beta-table")).to_contain_text("digits-vae-16")
    expect(page.locator("#generate-beta-images img").first).to_be_visible()
    page.get_by_label("Weight w of the KL").fill("4")
    expect(page.locator("#generate-beta-mistakes")).to_contain_text("3136")  # 4 x 784
    page.get_by_label("Weight w of the KL").fill("0")
    expect(page.locator("#generate-beta-notice")).to_contain_text("must be above 0")
    expect(page.locator("#generate-beta-mistakes")).to_contain_text("3136")
