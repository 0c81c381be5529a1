"""Inside the networks: sums, switches, kernels and fields against what they must equal."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from segdemo import inference
from segdemo.inside import context, fields, ladder, skips, switches, unet_skips, upsampling
from segdemo.inside.features import (
    Features,
    Remembered,
    features_of,
    head,
    head_input,
    head_scores,
    largest_class,
    mask_of,
    trunk_features,
)
from segdemo.models.catalog import ARCHITECTURES, DILATED, STRIDED
from segdemo.models.phase import STRIDES
from segdemo.training.ship import test_card as draw_test_card

CARD = draw_test_card()


@pytest.fixture(scope="module")
def features() -> Features:
    return features_of(CARD)


def close(a: object, b: object) -> None:
    torch.testing.assert_close(torch.as_tensor(a), torch.as_tensor(b), atol=1e-4, rtol=1e-4)


# The features


def test_the_photo_is_the_one_that_the_networks_see(features):
    assert features.pixels.shape == (*inference.working_size(*CARD.shape[:2]), 3)
    close(
        inference.normalise(torch.from_numpy(features.pixels)), features.image[0].permute(1, 2, 0)
    )


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_head_gives_what_segment_gives_without_the_offsets(name, features):
    expected = inference.segment(CARD, [name])[name].scores
    raw = head_scores(features, name)[0].detach()
    offset = torch.from_numpy(expected) - raw
    assert offset.flatten(1).std(1).max() < 1e-3
    best = (raw + offset.mean((1, 2))[:, None, None]).argmax(0)
    close(best, expected.argmax(0))


def test_a_mask_is_that_of_segment_at_the_working_size(features):
    result = inference.segment(features.pixels, ["fcn8s"])["fcn8s"]
    mask = mask_of(head_scores(features, "fcn8s"), features.size)
    assert (mask == result.mask).mean() > 0.999


def test_the_largest_class_is_the_most_frequent():
    assert largest_class(np.array([[3, 3, 7], [7, 7, 0]], np.uint8)) == 7


def test_a_cache_remembers_the_last_few_and_works_nothing_out_twice():
    cache, made = Remembered[str](2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        assert cache.of(key, lambda key=key: made.append(key) or key.upper()) == key.upper()
    assert made == ["a", "b", "c", "b"]


def test_an_error_is_not_remembered():
    cache = Remembered[int](2)
    with pytest.raises(ZeroDivisionError):
        cache.of("a", lambda: 1 // 0)
    assert cache.of("a", lambda: 7) == 7


# FCN-8s, skip by skip


def test_the_last_partial_sum_is_fcn8s_exactly(features):
    last = skips.terms(features)[-1]
    np.testing.assert_array_equal(last.total, head_scores(features, "fcn8s")[0].detach().numpy())
    np.testing.assert_array_equal(last.mask, mask_of(head_scores(features, "fcn8s"), features.size))


def test_the_contributions_add_up_to_every_partial_sum(features):
    total = np.zeros(1, np.float32)
    for term in skips.terms(features):
        total = total + term.contribution
        close(total, term.total)


def test_each_term_has_its_layers_scores_at_its_stride(features):
    _, _, pool3, pool4, _ = features.maps[STRIDED]
    terms = skips.terms(features)
    assert [term.stride for term in terms] == [32, 16, 8]
    for term in terms:
        assert term.scores.shape[1:] == tuple(side // term.stride for side in features.size)
        assert term.mask.shape == features.size
    fcn8s = head("fcn8s")
    close(terms[1].scores, fcn8s.score_pool4(pool4)[0].detach())
    close(terms[2].scores, fcn8s.score_pool3(pool3)[0].detach())
    by_hand = fcn8s.upscore_pool4(fcn8s.upscore2(torch.from_numpy(terms[0].scores)[None]))
    close(terms[0].contribution, by_hand[0].detach())


def test_fcn32s_is_not_the_first_partial_sum(features):
    separate = skips.separate_masks(features)
    assert list(separate) == ["fcn32s", "fcn16s", "fcn8s"]
    first = skips.terms(features)[0]
    assert (separate["fcn32s"] != first.mask).any()
    np.testing.assert_array_equal(separate["fcn8s"], skips.terms(features)[-1].mask)


# The ladder


def test_every_architecture_has_rungs():
    assert list(ladder.RUNGS) == list(ARCHITECTURES)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_rungs_have_their_real_sizes_and_end_in_the_scores(name, features):
    rungs = ladder.head_rungs(features, name)
    for rung in rungs:
        channels, height, width = rung.size
        assert (height * rung.stride, width * rung.stride) == features.size
        assert rung.maps.shape == (len(rung.channels), height, width)
        assert len(rung.channels) == min(ladder.CHANNELS_SHOWN, channels)
    scores = head_scores(features, name)[0].detach().numpy()
    assert rungs[-1].size == scores.shape
    np.testing.assert_array_equal(rungs[-1].maps, scores[list(rungs[-1].channels)])


def test_the_channels_shown_are_those_of_largest_variance(features):
    rung = ladder.trunk_rungs(features, STRIDED)[2]
    variances = features.maps[STRIDED][2][0].numpy().var((1, 2))
    assert list(rung.channels) == list(np.argsort(-variances)[:3])


def test_the_trunks_rungs_are_those_of_both_passes(features):
    assert [rung.stride for rung in ladder.trunk_rungs(features, STRIDED)] == [2, 4, 8, 16, 32]
    dilated = ladder.trunk_rungs(features, DILATED)
    assert [(rung.stride, rung.size[0]) for rung in dilated] == [(16, 320)]


# DeconvNet's switches


@pytest.mark.parametrize("stride", switches.LEVELS)
def test_every_value_is_unpooled_to_where_the_maximum_was(stride, features):
    found = switches.unpooling(features, stride)
    channels, height, width = found.source.shape
    assert (height * stride, width * stride) == features.size
    for channel in (0, channels - 1, len(found.before) - 1):
        values = found.before[channel]
        source, spread = found.source[channel % channels], found.unpooled[channel]
        for row in range(0, height // 2, 3):
            for column in range(0, width // 2, 3):
                y, x = divmod(int(found.switches[channel % channels, row, column]), width)
                assert (y // 2, x // 2) == (row, column)
                window = np.s_[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
                assert source[y, x] == source[window].max()
                assert spread[y, x] == values[row, column]
                assert np.count_nonzero(spread[window]) == (values[row, column] != 0)


def test_corners_name_the_cell_of_the_window(features):
    found = switches.unpooling(features, 16)
    windows = found.source[5].reshape(found.source.shape[1] // 2, 2, -1, 2).transpose(0, 2, 1, 3)
    np.testing.assert_array_equal(
        found.corners(5), windows.reshape(*windows.shape[:2], 4).argmax(2)
    )


def test_behind_the_deconvolutions_comes_the_heads_own_map(features):
    found = switches.unpooling(features, 16)
    close(
        found.after, head("deconvnet").deconv5(torch.from_numpy(found.unpooled)[None])[0].detach()
    )


def test_an_unpooling_that_is_not_there_is_refused(features):
    with pytest.raises(ValueError, match="stride=2 must be one of 16, 8, 4"):
        switches.unpooling(features, 2)


# The context module


def test_the_context_module_reads_the_front_ends_scores(features):
    found = context.context(features)
    close(found.before, head_scores(features, "dilated_frontend")[0].detach())
    close(found.after, head_scores(features, "dilated")[0].detach())
    expected = mask_of(head_scores(features, "dilated"), features.size)
    np.testing.assert_array_equal(found.mask_after, expected)


def test_the_context_module_reaches_the_papers_67_cells(features):
    assert context.context(features).reach == 67
    with pytest.raises(ValueError, match="no ContextModule"):
        context.reach(torch.nn.Conv2d(1, 1, 3))


# U-Net's skips


def by_hand(features: Features, off: list[int], fill: str) -> torch.Tensor:
    """The U-Net head written out, with what its skips bring replaced."""
    unet = head("unet")
    _, skip2, skip3, skip4, x = features.maps[STRIDED]
    for stride, skip, level in ((16, skip4, 4), (8, skip3, 3), (4, skip2, 2)):
        norm = getattr(unet, f"norm{level}")
        brought = norm(skip)
        if stride in off:
            brought = torch.zeros_like(brought)
            if fill == "average":
                mean = norm.running_mean[None, :, None, None].expand_as(skip)
                brought = norm(mean)
        up = getattr(unet, f"up_conv{level}")(x)
        x = getattr(unet, f"decode{level}")(torch.cat([brought, up], 1))
    return unet.score(x)[0].detach()


@pytest.mark.parametrize("fill", unet_skips.FILLS)
@pytest.mark.parametrize("off", [[], [4], [8], [16], [16, 4], [16, 8, 4]])
def test_a_skip_switched_off_equals_the_network_written_out(off, fill, features):
    result = unet_skips.without_skips(features, off, fill)
    close(result.scores, by_hand(features, off, fill))


def test_a_skip_switched_off_changes_the_scores_and_nothing_stays_behind(features):
    whole = unet_skips.without_skips(features, [])
    assert abs(unet_skips.without_skips(features, [4]).scores - whole.scores).max() > 0.1
    np.testing.assert_array_equal(head_scores(features, "unet")[0].detach(), whole.scores)


@pytest.mark.parametrize(("off", "fill"), [([2], "zeros"), ([4], "noise")])
def test_an_unknown_skip_or_fill_is_refused(off, fill, features):
    with pytest.raises(ValueError, match="must be among 16, 8, 4"):
        unet_skips.without_skips(features, off, fill)


# Upsampling


def test_fusing_with_the_learnt_kernels_is_fcn8s(features):
    own = tuple(torch.from_numpy(term.scores)[None] for term in skips.terms(features))
    weights = tuple(
        torch.from_numpy(upsampling.kernels(layer).learnt) for layer in upsampling.LAYERS
    )
    close(upsampling.fused(own, weights)[0], head_scores(features, "fcn8s")[0].detach())


def test_the_bilinear_kernels_interpolate_and_mix_nothing(features):
    found = upsampling.kernels("upscore2")
    x = torch.randn(1, 22, 6, 5)
    enlarged = F.conv_transpose2d(x, torch.from_numpy(found.bilinear), stride=2, padding=1)
    inner = F.interpolate(x, scale_factor=2, mode="bilinear")[..., 1:-1, 1:-1]
    close(enlarged[..., 1:-1, 1:-1], inner)


def test_mixing_is_what_a_constant_map_of_one_class_adds_to_another():
    found = upsampling.kernels("upscore_pool4")
    x = torch.zeros(1, 22, 8, 8)
    x[0, 5] = 1
    enlarged = F.conv_transpose2d(x, torch.from_numpy(found.learnt), stride=2, padding=1)
    close(enlarged[0, :, 1:-1, 1:-1].mean((1, 2)), found.mixing[5])


def test_either_upsampling_gives_a_mask_and_they_differ(features):
    found = upsampling.comparison(features)
    close(found.learnt, head_scores(features, "fcn8s")[0].detach())
    assert found.mask_learnt.shape == found.mask_bilinear.shape == features.size
    assert abs(found.learnt - found.bilinear).max() > 0.01
    with pytest.raises(ValueError, match="must be one of upscore2, upscore_pool4"):
        upsampling.kernels("score_fr")


# Receptive fields


def noise(height: int, width: int) -> Features:
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, height, width, generator=generator) * 2 - 1
    return trunk_features(image.requires_grad_(True))


@pytest.fixture(scope="module")
def wide() -> Features:
    """So wide that no field of the strided heads covers all of it."""
    return noise(64, 1600)


@pytest.fixture(scope="module")
def tall() -> Features:
    return noise(1600, 64)


@pytest.mark.parametrize("x", [3, 700, 1597])
@pytest.mark.parametrize("name", ["fcn32s", "fcn8s", "deconvnet", "unet", "dilated_frontend"])
def test_nothing_outside_the_theoretical_field_matters(name, x, wide):
    found = fields.pixel_field(wide, name, 31, x)
    seen = found.field.theory.within(fields.whole(*wide.size))
    assert seen.size[1] < wide.size[1]
    inner = np.s_[seen.top : seen.bottom + 1, seen.left : seen.right + 1]
    outside = found.field.gradient.copy()
    outside[inner] = 0
    assert not outside.any()
    assert found.field.gradient[inner].any()
    assert found.field.effective.within(seen) == found.field.effective
    assert 0 < found.field.share <= 1


@pytest.mark.parametrize("y", [0, 811])
def test_the_same_holds_along_the_other_axis(y, tall):
    found = fields.pixel_field(tall, "fcn16s", y, 17)
    seen = found.field.theory.within(fields.whole(*tall.size))
    assert seen.size[0] < tall.size[0]
    assert not found.field.gradient[: seen.top].any()
    assert not found.field.gradient[seen.bottom + 1 :].any()
    assert found.field.gradient.any()


@pytest.mark.parametrize("name", ["pspnet", "deeplabv3plus", "fpn"])
def test_what_pools_or_normalises_globally_sees_the_whole_photo(name, wide):
    found = fields.pixel_field(wide, name, 5, 5)
    assert found.field.theory.within(fields.whole(*wide.size)) == fields.whole(*wide.size)


@pytest.mark.parametrize(("y", "x"), [(0, 0), (31, 777), (63, 1599)])
def test_the_field_of_the_trunks_maps_grows_and_nothing_outside_matters(y, x, wide):
    sizes = []
    for level in range(5):
        found = fields.stage_field(wide, level, y, x)
        seen = found.theory.within(fields.whole(*wide.size))
        assert seen.left <= x <= seen.right
        outside = found.gradient.copy()
        outside[seen.top : seen.bottom + 1, seen.left : seen.right + 1] = 0
        assert not outside.any()
        assert found.gradient.any()
        sizes.append(found.theory.size[1])
    assert sizes == sorted(set(sizes))
    assert sizes[0] == 7  # 3x3 at stride 2, then 3x3: 3 + 2 x 2


def test_score_and_class_are_those_of_the_mask(features):
    traced = trunk_features(features.image.clone().requires_grad_(True))
    mask = mask_of(head_scores(features, "unet"), features.size)
    for y, x in ((0, 0), (40, 77), (features.size[0] - 1, features.size[1] - 1)):
        assert fields.pixel_field(traced, "unet", y, x).winner == mask[y, x]


def test_the_gradient_predicts_a_small_change_of_the_photo():
    traced = noise(64, 96)
    y, x = 30, 50
    found = fields.pixel_field(traced, "fcn8s", y, x)
    (row, column) = np.unravel_index(found.field.gradient.argmax(), found.field.gradient.shape)

    def score(change: float, channel: int) -> float:
        image = traced.image.detach().clone()
        image[0, channel, row, column] += change
        scores = head_scores(trunk_features(image), "fcn8s")
        taps = fields.tap(y, 64, 8), fields.tap(x, 96, 12)
        return float(fields.score_at(scores, *taps)[found.winner])

    step = 2e-2
    slopes = [abs(score(step, c) - score(-step, c)) / (2 * step) for c in range(3)]
    assert sum(slopes) * 255 / 128 == pytest.approx(float(found.field.gradient.max()), rel=0.15)


def test_the_smallest_square_holds_what_it_says_and_one_smaller_does_not():
    gradient = np.random.default_rng(0).random((40, 50)).astype(np.float32) ** 8
    box = fields.smallest_square(gradient, 12, 20)
    radius = box.right - 20
    total = gradient.sum()

    def held(r: int) -> float:
        part = gradient[max(12 - r, 0) : 12 + r + 1, max(20 - r, 0) : 20 + r + 1]
        return float(part.sum() / total)

    assert held(radius) >= fields.HELD > held(radius - 1)
    assert fields.smallest_square(np.zeros((4, 6), np.float32), 1, 1) == fields.whole(4, 6)


@pytest.mark.parametrize(("y", "x"), [(-1, 0), (0, 96), (64, 0)])
def test_a_pixel_outside_is_refused(y, x):
    with pytest.raises(ValueError, match="must lie within 64x96"):
        fields.pixel_field(noise(64, 96), "fcn8s", y, x)


def test_bilinear_taps_are_torchs():
    scores = torch.randn(1, 3, 4, 7)
    dense = F.interpolate(scores, (32, 56), mode="bilinear")
    for y, x in ((0, 0), (3, 11), (16, 4), (31, 55), (20, 37)):
        close(
            fields.score_at(scores, fields.tap(y, 32, 4), fields.tap(x, 56, 7)), dense[0, :, y, x]
        )


def test_all_strides_of_the_ladder_are_the_trunks(features):
    assert tuple(r.stride for r in ladder.trunk_rungs(features, STRIDED)) == STRIDES
    assert head_input(features, "dilated").shape[1] == 22
