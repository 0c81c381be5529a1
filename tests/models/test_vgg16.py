"""vgg16.py: torchvision's weights give torchvision's numbers, or an error that says why not."""

import pytest
import torch
from torch import nn
from torchvision.models import vgg16, vgg16_bn

from segdemo.models.deconvnet import DeconvNet
from segdemo.models.dilated import Dilated, FrontEnd
from segdemo.models.fcn import FCN8s, FCN16s, FCN32s
from segdemo.models.unet import UNet
from segdemo.models.vgg16 import TORCHVISION_NAMES, load_vgg16, vgg16_stage

VGG16_LAYERS = 13 + 2  # convolutions, and fc6 and fc7; each a weight and a bias


def on_meta(build):
    with torch.device("meta"):
        return build()


def tensors_written(network, state_dict):
    """How many of the network's parameters loading writes to (torch counts writes in _version)."""
    before = {name: p._version for name, p in network.named_parameters()}
    load_vgg16(network, state_dict)
    return sum(p._version > before[name] for name, p in network.named_parameters())


def test_loaded_fcn_computes_torchvisions_features_and_classifier():
    torch.manual_seed(0)
    reference = on_meta(vgg16).to_empty(device="cpu").eval()
    with torch.no_grad():
        for parameter in reference.parameters():  # He's deviation: signal in all layers
            if parameter.dim() > 1:
                parameter.uniform_(-1, 1).mul_((6 / parameter[0].numel()) ** 0.5)
            else:
                parameter.uniform_(-0.1, 0.1)
    fcn = on_meta(FCN8s).to_empty(device="cpu").eval()
    load_vgg16(fcn, reference.state_dict())
    fcn.vgg16.conv1.conv1_1.padding = (1, 1)  # torchvision's, in place of FCN's 100
    image = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        pool3, pool4, fc7 = fcn.vgg16(image)
        features = reference.features[:24](image)
        hidden = reference.classifier[:6](reference.features[24:](features).flatten(1))
        logits = reference.classifier[6](fc7.flatten(1))
    assert pool3.shape[-2:] == (28, 28)
    assert pool4.std() > 0.1
    assert hidden.std() > 0.1
    torch.testing.assert_close(pool4, features)
    torch.testing.assert_close(fc7.flatten(1), hidden, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(logits, reference.classifier[6](hidden), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("build", [FCN32s, FCN16s, FCN8s, DeconvNet, FrontEnd, Dilated])
def test_every_vgg16_network_accepts_torchvisions_state_dict(build):
    assert tensors_written(on_meta(build), on_meta(vgg16).state_dict()) == 2 * VGG16_LAYERS


def test_a_state_dict_without_the_imagenet_classifier_is_enough():
    state = on_meta(vgg16).state_dict()
    del state["classifier.6.weight"], state["classifier.6.bias"]
    assert tensors_written(on_meta(FCN32s), state) == 2 * VGG16_LAYERS


def test_a_missing_tensor_is_named():
    state = on_meta(vgg16).state_dict()
    del state["features.28.bias"]
    with pytest.raises(ValueError, match=r"features\.28\.bias.*try"):
        load_vgg16(on_meta(FCN32s), state)


def test_a_tensor_that_vgg16_has_no_place_for_is_named():
    state = on_meta(vgg16).state_dict() | {"features.99.weight": torch.zeros(1)}
    with pytest.raises(ValueError, match=r"no place for \['features\.99\.weight'\].*try"):
        load_vgg16(on_meta(FCN32s), state)


def test_the_state_dict_of_another_network_is_refused():
    with pytest.raises(ValueError, match=r"without batch norm: try"):
        load_vgg16(on_meta(FCN32s), on_meta(vgg16_bn).state_dict())


def test_a_tensor_of_another_shape_is_refused_and_nothing_is_copied():
    class Trunk(nn.Module):
        def __init__(self):
            super().__init__()
            for stage in range(1, 6):
                self.add_module(f"conv{stage}", vgg16_stage(stage))
            self.fc6 = nn.Conv2d(512, 8, 7)
            self.fc7 = nn.Conv2d(8, 8, 1)

    trunk = Trunk()
    before = trunk.conv1.conv1_1.weight.clone()
    state = {
        f"{source}.{kind}": torch.zeros_like(
            getattr(trunk.get_submodule(name if name[0] == "f" else f"{name[:5]}.{name}"), kind)
        )
        for name, source in TORCHVISION_NAMES.items()
        for kind in ("weight", "bias")
    }
    with pytest.raises(ValueError, match=r"classifier\.0\.weight .*\(8, 25088\).*try"):
        load_vgg16(trunk, state)  # fc6 as a convolution: torchvision stores it flat
    assert torch.equal(trunk.conv1.conv1_1.weight, before)
    state["classifier.0.weight"] = state["classifier.0.weight"].flatten(1)
    state["classifier.3.weight"] = state["classifier.3.weight"].flatten(1)
    load_vgg16(trunk, state)
    assert not trunk.conv1.conv1_1.weight.any()


def test_a_network_without_vgg16_is_refused():
    with pytest.raises(ValueError, match=r"UNet has no convolution named conv1_1.*try FCN8s"):
        load_vgg16(on_meta(UNet), on_meta(vgg16).state_dict())


def test_a_network_with_two_vgg16s_is_refused():
    pair = on_meta(lambda: nn.ModuleList([FCN32s(), FCN8s()]))
    with pytest.raises(ValueError, match=r"conv1_1 more than once.*try"):
        load_vgg16(pair, on_meta(vgg16).state_dict())


def test_a_stage_that_vgg16_does_not_have_is_refused():
    with pytest.raises(ValueError, match=r"stage=6 .*1 to 5"):
        vgg16_stage(6)
