"""Map, Sample and GAN of the Generate tab in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
READY = "[data-state=ready]"
INK = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let n = 0; n < data.length; n += 4) sum = (sum * 31 + data[n] + data[n + 1]) % 1000003;
    return sum;
}"""


def test_a_press_decodes_and_views_change_without_a_request(open_at):
    visit = open_at("?tab=generate&section=map&plane=digits-vae-2")
    page = visit.page
    page.wait_for_selector(f".gen-map{READY}")
    page.wait_for_selector(f".gen-spot{READY}")
    canvas, words = page.locator(".gen-map-plot > canvas"), page.locator(".gen-spot-words")
    before, drawn = len(visit.requests), canvas.evaluate(INK)
    page.get_by_label("Holes").check()
    holes = canvas.evaluate(INK)
    page.get_by_label("Axes in quantiles").check()
    page.locator(".gen-map-legend").get_by_role("button", name="7", exact=True).click()
    assert len({drawn, holes, canvas.evaluate(INK)}) == 3
    canvas.hover(position={"x": 200, "y": 200})
    expect(page.locator(".gen-map-reading")).to_contain_text("nearest code")
    assert len(visit.requests) == before
    page.wait_for_function("location.search.includes('map=distance&map_axes=quantiles')")
    said = words.text_content()
    canvas.click(position={"x": 120, "y": 120})
    expect(words).not_to_have_text(said)
    expect(words).to_contain_text("Distance to the nearest code")
    said = page.locator(".gen-spot").text_content()
    canvas.press("Shift+ArrowRight")
    expect(page.locator(".gen-spot")).not_to_have_text(said)
    page.get_by_role("button", name="as image A").click()
    page.wait_for_function("location.search.includes('a=code')")


def test_samples_are_looked_at_in_the_browser_and_taken_away(open_at):
    visit = open_at("?tab=generate&section=sample&dim=2&seed=7")
    page = visit.page
    page.wait_for_selector(f".gen-samples{READY}")
    before = len(visit.requests)
    canvas = page.locator(".gen-sample canvas").first
    canvas.focus()
    canvas.press("ArrowRight")
    expect(page.locator(".gen-sample").first).to_contain_text("Sample 2: nearest is training code")
    page.get_by_label("Samples shown of each source").fill("12")
    expect(canvas).to_have_attribute("style", "aspect-ratio: 6 / 2;")
    assert len(visit.requests) == before
    with page.expect_download() as saved:
        page.get_by_role("button", name="Samples, PNG").click()
    assert saved.value.suggested_filename == "samples-digits-2-seed7.png"
    page.get_by_role("button", name="New seed").click()
    page.wait_for_function("location.search.includes('seed=8')")


@pytest.mark.slow
def test_a_search_is_stopped_and_what_it_found_stays(open_at):
    page = open_at("?tab=generate&section=gan&data=digits").page
    page.wait_for_selector(f".gen-found{READY}")
    page.get_by_label("number input for Steps").fill("500")
    page.get_by_label("number input for Starts").fill("8")
    page.get_by_role("button", name="Search z of image A").click()
    found = page.locator(".gen-found")
    expect(found).to_contain_text("of 500")
    page.get_by_role("button", name="Stop").dispatch_event("click")  # not when it rests
    expect(page.get_by_text("Stopped; the best so far stays.")).to_be_visible()
    said = found.text_content()
    page.wait_for_timeout(3000)
    expect(found).to_have_text(said)
    expect(found).not_to_contain_text("step 500 of 500")
    expect(found).to_contain_text("Searched in")


@pytest.mark.slow
def test_a_data_set_without_gan_or_plane_says_so(open_at):
    visit = open_at("?tab=generate&section=gan&data=faces")
    missing = visit.page.locator("#generate-no-gan")
    expect(missing).to_contain_text("No GAN is shipped for faces")
    visit.page.get_by_role("tab", name="Map", exact=True).click()
    expect(visit.page.locator(".gen-map")).to_contain_text("there is no plane to draw")


def test_map_and_samples_fit_a_phone(browser, served_page):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(f"{served_page}?tab=generate&section=map&map=grid&__theme=dark")
    page.wait_for_selector(f".gen-map{READY}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
