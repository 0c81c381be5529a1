"""Convolutionalized classifiers against the classifiers themselves, torchvision's and our own."""

import pytest
import torch
from torch import nn
from torchvision import models

from segdemo.models.convolutionalize import (
    CLASSIFIERS,
    ScoreMap,
    as_convolution,
    convolutionalize,
    score_map_size,
    sliding_window,
    window_average,
)
from segdemo.models.imagenet_classifier import ImagenetClassifier
from segdemo.models.unpadded import NATIVE_SIZE, STRIDE, UnpaddedClassifier


def untrained(build) -> nn.Module:
    """A network with random weights, each layer's output about as large as its input."""
    torch.manual_seed(0)
    with torch.device("meta"):
        network = build()
    network.to_empty(device="cpu").eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            inputs = module.weight[0].numel()
            module.weight.data.uniform_(-1, 1).mul_((6 / inputs) ** 0.5 / 2)
            if module.bias is not None:
                module.bias.data.uniform_(-0.1, 0.1)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
    return network


NETWORKS = {
    "alexnet": models.alexnet,
    "vgg16": models.vgg16,
    "resnet18": models.resnet18,
    "mobilenet_v2": models.mobilenet_v2,
    "mobilenet_v3_large": models.mobilenet_v3_large,
    "efficientnet_b0": models.efficientnet_b0,
    "imagenet": ImagenetClassifier,
}
# Those whose features' map of n pixels has ceil(n / 32) cells.
CEILED = ("resnet18", "mobilenet_v2", "mobilenet_v3_large", "efficientnet_b0", "imagenet")


@pytest.fixture(scope="module", params=NETWORKS)
def pair(request):
    classifier = untrained(NETWORKS[request.param])
    return request.param, classifier, convolutionalize(classifier)


def picture(height, width, seed=1) -> torch.Tensor:
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def test_at_the_native_size_the_scores_are_the_classifiers(pair):
    _, classifier, network = pair
    with torch.inference_mode():
        logits, scores = classifier(picture(224, 224)), network(picture(224, 224))
    assert scores.shape == (1, 1000, 1, 1)
    assert logits.std() > 1e-3  # not all alike, or equality would say little
    torch.testing.assert_close(scores[..., 0, 0], logits, atol=1e-5, rtol=1e-5)


def test_a_larger_image_gives_a_map_of_the_predicted_size(pair):
    name, _, network = pair
    height, width = 230, 260
    with torch.inference_mode():
        scores = network(picture(height, width))
    assert tuple(scores.shape[2:]) == score_map_size(network, (height, width))
    assert scores.flatten(2).std(-1).max() > 0
    if name in CEILED:
        assert tuple(scores.shape[2:]) == (8 - 6, 9 - 6)


def test_parameters_are_shared_not_copied(pair):
    _, classifier, network = pair
    theirs = {p.data_ptr(): p.numel() for p in classifier.parameters()}
    assert {p.data_ptr(): p.numel() for p in network.parameters()} == theirs


@pytest.mark.parametrize(
    ("name", "kernel_sizes", "averages", "window"),
    [
        ("alexnet", [6, 1, 1], False, (6, 6)),
        ("vgg16", [7, 1, 1], False, (7, 7)),
        ("resnet18", [1], True, (7, 7)),
        ("mobilenet_v3_large", [1, 1], True, (7, 7)),
        ("imagenet", [1], True, (7, 7)),
    ],
)
def test_each_linear_layer_becomes_the_papers_convolution(name, kernel_sizes, averages, window):
    with torch.device("meta"):
        network = convolutionalize(NETWORKS[name]())
    convolutions = [m for m in network.score if isinstance(m, nn.Conv2d)]
    assert [m.kernel_size for m in convolutions] == [(k, k) for k in kernel_sizes]
    assert (network.averages, network.window) == (averages, window)


def test_sizes_follow_the_formulas():
    with torch.device("meta"):
        lite0, alexnet = convolutionalize(ImagenetClassifier()), convolutionalize(models.alexnet())
    for size in ((224, 225), (256, 257), (319, 640), (481, 333)):
        assert score_map_size(lite0, size) == tuple(-(-s // 32) - 6 for s in size)
        # AlexNet's layers: 11x11 at stride 4 with padding 2, then three poolings 3x3 at stride 2.
        cells = size
        for kernel_size, stride, padding in ((11, 4, 2), (3, 2, 0), (3, 2, 0), (3, 2, 0)):
            cells = tuple((n + 2 * padding - kernel_size) // stride + 1 for n in cells)
        assert score_map_size(alexnet, size) == tuple(n - 5 for n in cells)


def test_images_smaller_than_a_window_are_refused():
    with torch.device("meta"):
        lite0, alexnet = convolutionalize(ImagenetClassifier()), convolutionalize(models.alexnet())
    assert score_map_size(lite0, (193, 224)) == (1, 1)
    with pytest.raises(ValueError, match=r"192x224 pixels .* map of 6x7 cells, .* window of 7x7"):
        score_map_size(lite0, (192, 224))
    with pytest.raises(ValueError, match=r"20x400 pixels .* too small .* enlarge"):
        score_map_size(alexnet, (20, 400))
    with pytest.raises(ValueError, match=r"100x300 pixels .* window of 224x224; enlarge"):
        sliding_window(nn.Identity(), torch.zeros(1, 3, 100, 300), window=224, stride=32)


def test_the_unpadded_networks_scores_are_each_windows_own_to_the_last_bit():
    classifier = UnpaddedClassifier(seed=3).eval()
    network = convolutionalize(classifier, native_size=NATIVE_SIZE)
    pixels = torch.randint(0, 256, (1, 3, 63, 50), generator=torch.Generator().manual_seed(0))
    image = (pixels - 127) / 128
    with torch.inference_mode():
        scores = network(image)
        windows = sliding_window(classifier, image, window=NATIVE_SIZE, stride=STRIDE)
    assert scores.shape == (1, 5, 12, 9)
    assert score_map_size(network, (63, 50)) == (12, 9)
    assert torch.equal(scores, windows)
    assert scores.flatten().unique().numel() > 400  # the windows differ
    between = sliding_window(classifier, image[..., 1:, 1:], window=NATIVE_SIZE, stride=STRIDE)
    assert not torch.equal(between, scores[..., : between.shape[2], : between.shape[3]])


def test_the_unpadded_networks_numbers_fit_float32_exactly():
    classifier = UnpaddedClassifier(seed=3)
    bound = 128  # the largest pixel, in 128ths
    for weight in classifier.parameters():
        assert set(weight.unique().tolist()) <= {-1.0, 0.0, 1.0}
        bound *= weight[0].numel()
    assert bound < 2**24
    again = UnpaddedClassifier(seed=3)
    assert all(map(torch.equal, classifier.parameters(), again.parameters()))
    assert not torch.equal(UnpaddedClassifier(seed=4).classifier.weight, again.classifier.weight)


def test_a_padded_network_scores_windows_otherwise_than_the_whole():
    classifier = untrained(ImagenetClassifier)
    image = picture(224, 256)
    with torch.inference_mode():
        scores = convolutionalize(classifier)(image)
        windows = sliding_window(classifier, image, window=224, stride=32)
    assert scores.shape == windows.shape == (1, 1000, 1, 2)
    assert (scores - windows).abs().max() > 1e-4


@pytest.mark.parametrize("window", [(7, 7), (2, 3)])
def test_a_window_average_is_average_pooling_and_dilates(window):
    x = picture(14, 15).double()
    pooled = nn.functional.avg_pool2d(x, window, stride=1)
    torch.testing.assert_close(window_average(x, window), pooled)
    dilated = window_average(x, window, dilation=2)
    for row in range(2):
        for column in range(2):
            own = window_average(x[..., row::2, column::2], window)
            torch.testing.assert_close(dilated[..., row::2, column::2], own)


def test_dilated_scores_hold_the_coarse_ones_for_both_kinds():
    for averages, kernel in ((True, 1), (False, 3)):
        score = nn.Sequential(nn.Conv2d(3, 4, kernel), nn.ReLU(), nn.Conv2d(4, 5, 1)).double()
        network = ScoreMap(nn.Identity(), score, window=(3, 3), averages=averages)
        x = picture(15, 17).double()
        dense = network.scores(x, dilation=2)
        assert dense.shape[2:] == (15 - 4, 17 - 4)
        torch.testing.assert_close(dense[..., 1::2, ::2], network.scores(x[..., 1::2, ::2]))


def test_dropout_stays_and_the_mode_is_the_classifiers():
    with torch.device("meta"):
        classifier = models.alexnet()
    network = convolutionalize(classifier)
    assert network.training
    assert sum(isinstance(m, nn.Dropout) for m in network.score) == 2
    assert not convolutionalize(classifier.eval()).training


def test_what_cannot_be_turned_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match=r"is a Sequential, but .* choose from AlexNet, VGG, Res"):
        convolutionalize(nn.Sequential())
    with torch.device("meta"):
        alexnet, resnet = models.alexnet(), models.resnet18()
    with pytest.raises(ValueError, match=r"native_size=320 gives a map of 9x9 .* to 6x6; .* try"):
        convolutionalize(alexnet, native_size=320)
    resnet.fc = nn.Sequential(nn.Linear(512, 10, device="meta"), nn.Softmax(1))
    with pytest.raises(ValueError, match="has a Softmax among its linear layers"):
        convolutionalize(resnet)
    with pytest.raises(ValueError, match=r"reads 100 numbers, .* multiple of the 49 cells"):
        as_convolution(nn.Linear(100, 3), (7, 7))


def test_a_subclass_is_not_taken_for_its_parent():
    class Changed(models.ResNet):
        def forward(self, x):
            return self.fc(self.avgpool(x).flatten(1))

    with pytest.raises(ValueError, match="is a Changed"), torch.device("meta"):
        convolutionalize(Changed(models.resnet.BasicBlock, [1, 1, 1, 1]))
    assert models.ResNet in CLASSIFIERS
