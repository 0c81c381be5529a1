"""The Compare section in a real browser: what it shows, against the results it was given."""

import base64
import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import expect

from segdemo.labels import PHOTOS
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui.examples import DEFAULT_EXAMPLE, FOLDER
from segdemo.ui.segment.results import RESULTS, Photo
from segdemo.ui.segment.tab import DEFAULT_ARCHITECTURES
from segdemo.ui.source import picture

pytestmark = pytest.mark.browser

TITLES = [ARCHITECTURES[name].title for name in DEFAULT_ARCHITECTURES]
# The colour of a canvas at a fraction of its width and height.
COLOUR = """([canvas, x, y]) => [...canvas.getContext("2d").getImageData(
    x * canvas.width, y * canvas.height, 1, 1).data]"""
PLACES = [(x, y) for x in (0.1, 0.35, 0.6, 0.85) for y in (0.15, 0.5, 0.8)]
# The middle of a cell of the finest score map, and inside one of every other.
PLACE = (55.5 / 112, 20.5 / 72)


@pytest.fixture
def shown(visit) -> Photo:
    """What the page was given of the default example."""
    data, _ = picture({"example": DEFAULT_EXAMPLE})
    return RESULTS.of(data, DEFAULT_ARCHITECTURES)


def score_maps(photo: Photo, name: str) -> NDArray[np.uint8]:
    """The seven maps (7, h, w) that the page got of an architecture."""
    uri = photo.panes[name]["scores"]
    with Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        packed = np.array(image)
    return packed.reshape(7, -1, packed.shape[1])


def at(maps: NDArray[np.uint8], place: tuple[float, float]) -> NDArray[np.uint8]:
    """The seven numbers of the cell at a fraction of width and height."""
    return maps[:, int(place[1] * maps.shape[1]), int(place[0] * maps.shape[2])]


def plain(visit) -> None:
    """Nothing on the panes but the overlay at full strength."""
    page = visit.page
    page.get_by_label("Names", exact=True).uncheck()
    page.locator(".panes-grid canvas").first.press("Escape")
    page.get_by_label("Overlay opacity, percent").fill("100")
    page.mouse.move(5, 5)
    visit.settle()


def colours(visit, pane: int, places: list[tuple[float, float]]) -> NDArray[np.int64]:
    """The colours (n, 3) of a pane's canvas at fractions of its size."""
    visit.settle()
    return np.array([visit.pixel(pane, x, y)[:3] for x, y in places])


def steady_places(mask: NDArray[np.uint8], margin: int = 4) -> list[tuple[float, float]]:
    """Those of a fine grid of places whose neighbourhood in a (H, W) map is all alike."""
    height, width = mask.shape
    found = []
    for y in range(3 * margin, height - 3 * margin, 23):
        for x in range(3 * margin, width - 3 * margin, 23):
            if len(np.unique(mask[y - margin : y + margin + 1, x - margin : x + margin + 1])) == 1:
                found.append(((x + 0.5) / width, (y + 0.5) / height))
    return found


def test_pointing_reads_every_architectures_top_three(visit, shown):
    page = visit.page
    before = len(visit.requests)
    box = page.locator(".pane canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + PLACE[0] * box["width"], box["y"] + PLACE[1] * box["height"])
    for pane, name in enumerate(DEFAULT_ARCHITECTURES):
        wanted = at(score_maps(shown, name), PLACE)
        rows = page.locator(".pane-top").nth(pane).locator("li")
        for index, probability, row in zip(wanted[:3], wanted[3:6], rows.all(), strict=True):
            expect(row).to_contain_text(PHOTOS.classes[index])
            share = probability / 255
            number = "< 1 %" if 0 < share < 0.01 else f"{int(share * 100 + 0.5)} %"
            expect(row).to_contain_text(number)
        mask = shown.masks[name]
        index = mask[int(PLACE[1] * mask.shape[0]), int(PLACE[0] * mask.shape[1])]
        expect(page.locator(".pane-reading").nth(pane)).to_contain_text(PHOTOS.classes[index])
    assert len(visit.requests) == before


@pytest.mark.slow
@pytest.mark.parametrize(("title", "number"), [("Confidence", 3), ("Entropy", 6)])
def test_a_map_has_each_cells_colour(visit, shown, title, number):
    page = visit.page
    plain(visit)
    before = len(visit.requests)
    page.get_by_role("radio", name=title).check()
    expect(page.locator(".panes-key")).to_contain_text("100 %" if number == 3 else "4.46 bits")
    name = DEFAULT_ARCHITECTURES[0]  # the coarsest: its cells are large
    map_ = score_maps(shown, name)[number]
    rows, columns = map_.shape
    places = [((c + 0.5) / columns, (r + 0.5) / rows) for r in (1, 4, 7) for c in (1, 5, 9, 12)]
    wanted = [colormaps["viridis"](int(map_[int(y * rows), int(x * columns)])) for x, y in places]
    found = colours(visit, 0, places)
    assert abs(found - np.array(wanted)[:, :3] * 255).max() <= 8
    assert len(visit.requests) == before


@pytest.mark.slow
def test_disagreement_counts_the_others_that_differ(visit, shown):
    page = visit.page
    plain(visit)
    page.get_by_role("radio", name="Disagreement").check()
    masks = [shown.masks[name] for name in DEFAULT_ARCHITECTURES]
    counts = sum((masks[1] != mask).astype(np.uint8) for mask in masks)
    places = steady_places(counts)
    found = colours(visit, 1, places)
    height, width = counts.shape
    wanted = [colormaps["viridis"](counts[int(y * height), int(x * width)] / 3) for x, y in places]
    assert len({tuple(colour) for colour in wanted}) >= 3
    assert abs(found - np.array(wanted)[:, :3] * 255).max() <= 8
    agreed = np.mean([(counts == 0)])
    expect(page.locator(".panes-key")).to_contain_text(f"{int(agreed * 100 + 0.5)} % of the photo")


def test_the_panes_zoom_and_move_in_step(visit):
    page = visit.page
    plain(visit)
    page.get_by_label("Overlay opacity, percent").fill("0")
    before = len(visit.requests)
    whole = colours(visit, 0, PLACES)
    canvas = page.locator(".pane canvas").nth(2)
    canvas.press("+")
    canvas.press("+")
    expect(page.locator(".panes-zoomed")).to_have_text("2.3×")
    near = colours(visit, 0, PLACES)
    assert abs(near - whole).max() > 30
    for pane in range(1, len(TITLES)):
        np.testing.assert_array_equal(colours(visit, pane, PLACES), near)

    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 0.1 * box["width"], y, steps=4)
    page.mouse.up()
    canvas.press("Escape")
    page.mouse.move(5, 5)
    moved = colours(visit, 3, [(x + 0.1, y) for x, y in PLACES])
    assert abs(moved - near).mean() < 6
    assert abs(colours(visit, 3, PLACES) - near).mean() > 12
    canvas.press("0")
    np.testing.assert_array_equal(colours(visit, 1, PLACES), whole)
    assert len(visit.requests) == before


@pytest.mark.slow
def test_the_wheel_zooms_a_pane_that_was_pressed_and_scrolls_the_page_otherwise(visit):
    page = visit.page
    zoomed = page.locator(".panes-zoomed")
    canvas = page.locator(".pane canvas").first
    canvas.hover()
    page.mouse.wheel(0, 200)
    page.wait_for_function("window.scrollY > 0")
    expect(zoomed).to_have_text("1.0×")
    page.mouse.wheel(0, -400)
    page.wait_for_function("window.scrollY === 0")
    canvas.click()
    page.mouse.wheel(0, -100)
    expect(zoomed).not_to_have_text("1.0×")
    assert page.evaluate("window.scrollY") == 0
    page.get_by_role("button", name="Whole").click()
    expect(zoomed).to_have_text("1.0×")


@pytest.mark.slow
def test_two_fingers_zoom(phone):
    page = phone.page
    canvas = page.locator(".pane canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *apart: float) -> None:
        points = [
            {"x": x + side * d, "y": y, "id": n} for d in apart for n, side in enumerate((-1, 1))
        ]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 15)
    for apart in (20, 30, 40, 45):
        send("touchMove", apart)
    send("touchEnd")
    expect(page.locator(".panes-zoomed")).to_have_text(re.compile(r"^[23]\.\d×$"))


def test_the_slider_shows_one_on_the_left_and_the_other_on_the_right(visit, shown):
    page = visit.page
    page.get_by_role("radio", name="Slider").check()
    plain(visit)
    before = len(visit.requests)
    page.get_by_label("Architecture on the left").select_option(label="FCN-32s")
    page.get_by_label("Architecture on the right").select_option(label="U-Net")
    left, right = shown.masks["fcn32s"], shown.masks["unet"]
    both = left.astype(np.int64) * 256 + right
    height, width = left.shape
    place = next(
        (x, y)
        for x, y in steady_places(both)
        if left[int(y * height), int(x * width)] != right[int(y * height), int(x * width)]
    )

    def colour() -> list[int]:
        visit.settle()
        canvas = page.locator(".slider canvas").element_handle()
        return page.evaluate(COLOUR, [canvas, *place])[:3]

    handle = page.get_by_role("slider", name="Divider")
    handle.press("End")
    expect(handle).to_have_attribute("aria-valuenow", "100")
    assert colour() == list(PHOTOS.palette[left[int(place[1] * height), int(place[0] * width)]])
    handle.press("Home")
    assert colour() == list(PHOTOS.palette[right[int(place[1] * height), int(place[0] * width)]])
    box, stage = handle.bounding_box(), page.locator(".slider-stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 + 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(stage["x"] + 0.25 * stage["width"], box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "25")
    assert len(visit.requests) == before


@pytest.mark.slow
def test_a_threshold_marks_what_is_unsure(visit, shown):
    page = visit.page
    page.get_by_label("Unsure below this confidence, percent").fill("60")
    cells = page.locator(".panes-legend tr", has_text="unsure").locator("td")
    for name, cell in zip(DEFAULT_ARCHITECTURES, cells.all(), strict=True):
        mask, confidence = shown.masks[name], score_maps(shown, name)[3] / 255
        rows = (np.arange(mask.shape[0]) + 0.5) * confidence.shape[0] / mask.shape[0]
        columns = (np.arange(mask.shape[1]) + 0.5) * confidence.shape[1] / mask.shape[1]
        share = (confidence[rows.astype(int)][:, columns.astype(int)] < 0.6).mean()
        expect(cell).to_have_text("< 1 %" if share < 0.01 else f"{int(share * 100 + 0.5)} %")


@pytest.mark.slow
def test_one_class_alone_and_in_another_colour(visit, shown):
    page = visit.page
    plain(visit)
    page.get_by_label("Overlay opacity, percent").fill("0")
    photo = colours(visit, 1, PLACES)
    page.get_by_label("Overlay opacity, percent").fill("100")
    page.get_by_role("button", name="Only sky").click()
    page.get_by_label("Colour of sky").fill("#ff00ff")
    page.mouse.move(5, 5)
    mask = shown.masks["fcn8s"]
    places = steady_places(mask)
    sky = PHOTOS.index("sky")
    inside = [
        p for p in places if mask[int(p[1] * mask.shape[0]), int(p[0] * mask.shape[1])] == sky
    ]
    assert (colours(visit, 1, inside) == (255, 0, 255)).all()
    page.get_by_role("button", name="sky", exact=True).first.click()  # shows all the others again
    page.get_by_label("Overlay opacity, percent").fill("0")
    np.testing.assert_array_equal(colours(visit, 1, PLACES), photo)


@pytest.mark.slow
def test_the_costs_are_drawn_and_told_as_numbers(visit):
    page = visit.page
    for key in ("milliseconds", "parameters", "multiply_adds"):
        expect(page.locator(f"#cost-{key} .plot[data-state=ready]")).to_be_attached()
    page.get_by_role("button", name="The numbers").click()
    rows = page.locator(".table-frame tbody tr")
    expect(rows).to_have_count(len(ARCHITECTURES))
    expect(rows.first).to_contain_text(" ms")


def test_a_class_votes_before_the_names_are_revealed(visit):
    page = visit.page
    page.get_by_role("button", name="Classroom").click()
    before = len(visit.requests)
    captions = page.locator(".pane figcaption strong")
    expect(captions).to_have_text(list("ABCD"))
    for title in TITLES:
        expect(page.locator(".panes-legend")).not_to_contain_text(title)
        expect(page.locator(".panes-sentence")).not_to_contain_text(title)
    expect(page.locator(".pane-numbers span")).to_have_count(0)
    for letter in "ABCD":
        page.get_by_label(f"Which is {letter}?").select_option(label="U-Net")
    page.get_by_label("C is best").check()
    expect(page.locator(".room-text")).to_contain_text("4 of 4 guessed, best: C")
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".room-text")).to_contain_text("1 of 4 right.")
    expect(page.locator(".pane-ballot[data-right=true]")).to_have_count(1)
    revealed = captions.all_inner_texts()
    assert sorted(text.partition(" = ")[2] for text in revealed) == sorted(TITLES)
    right = page.locator(".pane", has=page.locator("[data-right=true]"))
    expect(right.locator("strong")).to_contain_text("= U-Net")
    page.get_by_role("button", name="New round").click()
    expect(page.locator(".room-text")).to_contain_text("0 of 4 guessed")
    page.get_by_role("button", name="Leave the classroom").click()
    expect(captions).to_have_text(TITLES)
    assert len(visit.requests) == before


@pytest.mark.slow
def test_everybody_with_the_link_sees_the_same_round(open_at):
    orders = []
    for _ in range(2):
        page = open_at("?tab=segment&round=7").page
        page.get_by_role("button", name="Reveal").click()
        orders.append(page.locator(".pane figcaption strong").all_inner_texts())
    assert orders[0] == orders[1]
    assert [text.partition(" = ")[2] for text in orders[0]] != TITLES


def test_a_link_restores_photo_architectures_and_view(visit, open_at):
    page = visit.page
    page.get_by_role("button", name="Coffee").click()
    expect(page.locator(".picker [aria-pressed=true]")).to_have_text("Coffee")
    page.get_by_role("checkbox", name="FPN", exact=True).check()
    expect(page.locator(".pane[data-name=fpn]")).to_be_visible()
    page.get_by_role("radio", name="Entropy").check()
    page.get_by_label("Outlines", exact=True).check()
    canvas = page.locator(".pane canvas").first
    canvas.press("ArrowRight")
    canvas.press("+")
    page.mouse.move(5, 5)
    page.wait_for_function("location.search.includes('zoom=')")
    pictures = [colours(visit, pane, PLACES) for pane in range(5)]
    link = page.evaluate("location.search")
    assert "example=coffee" in link

    again = open_at(link)
    expect(again.page.locator(".pane")).to_have_count(5)
    expect(again.page.locator(".picker [aria-pressed=true]")).to_have_text("Coffee")
    expect(again.page.get_by_role("checkbox", name="FPN", exact=True)).to_be_checked()
    expect(again.page.get_by_role("radio", name="Entropy")).to_be_checked()
    expect(again.page.locator(".panes-zoomed")).to_have_text("1.5×")
    for pane, picture_ in enumerate(pictures):
        assert abs(colours(again, pane, PLACES) - picture_).mean() < 3


@pytest.mark.slow
def test_coming_back_to_the_tab_brings_its_link_back(visit):
    page = visit.page
    page.get_by_role("radio", name="Entropy").check()
    page.wait_for_function("location.search.includes('show=entropy')")
    link = page.evaluate("location.search")
    page.get_by_role("tab", name="Models").click()
    page.wait_for_function("!location.search.includes('entropy')")
    page.get_by_role("tab", name="Segment").click()
    page.wait_for_function("location.search.includes('show=entropy')")
    assert page.evaluate("location.search") == link


def test_a_section_is_filled_when_shown_and_rests_while_hidden(visit):
    page = visit.page

    def asked() -> int:
        return sum("/queue/join" in url for url in visit.requests)

    page.get_by_role("tab", name="Take away").click()
    expect(page.locator("#takeaway-grid canvas, #takeaway-grid img").first).to_be_visible()
    page.wait_for_function("location.search.includes('section=takeaway')")
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_function("!location.search.includes('section')")
    before = asked()
    page.get_by_role("button", name="Cat").click()
    expect(page.locator(".panes-sentence")).to_contain_text("The cat nearly fills")
    page.wait_for_function("location.search.includes('example=cat')")
    page.wait_for_timeout(3000)  # what a change sets off is asked for within that
    assert asked() == before + 2  # the photo, and which section is shown: none is filled

    def opened_again() -> int:
        before = asked()
        page.get_by_role("tab", name="Take away").click()
        page.wait_for_timeout(3000)
        page.get_by_role("tab", name="Compare").click()
        return asked() - before

    filled = opened_again()
    assert opened_again() < filled  # with nothing changed, it isn't filled again


@pytest.mark.slow
def test_a_link_opens_its_section_on_its_photo(open_at):
    page = open_at("?tab=segment&example=flower&section=takeaway").page
    expect(page.get_by_role("tab", name="Take away")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".picker [aria-pressed=true]")).to_have_text("Flower")
    expect(page.locator("#takeaway-grid canvas, #takeaway-grid img").first).to_be_visible()


def test_an_upload_never_enters_the_link(visit, tmp_path: Path):
    page = visit.page
    page.get_by_role("button", name="Cat").click()
    page.wait_for_function("location.search.includes('example=cat')")
    photo = tmp_path / "my-secret-holiday.jpg"
    photo.write_bytes((FOLDER / "flower.jpg").read_bytes())
    page.locator("#photo input[type=file]").first.set_input_files(photo)
    expect(page.locator(".notice")).to_contain_text("640 × 427 pixels")
    page.locator(".pane canvas").first.press("+")
    page.wait_for_function("location.search.includes('zoom=')")
    link = page.evaluate("location.href")
    for part in ("example", "secret", "upload", "gradio", "tmp"):
        assert part not in link


@pytest.mark.slow
def test_full_screen_keeps_the_panes_and_their_controls(visit):
    page = visit.page
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement?.classList.contains('panes')")
    expect(page.locator(".pane").first).to_be_visible()
    page.get_by_role("radio", name="Slider").check()
    expect(page.locator(".slider canvas")).to_be_visible()
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("!document.fullscreenElement")
