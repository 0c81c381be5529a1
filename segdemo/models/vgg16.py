"""VGG16's thirteen convolutions, shared by the papers' networks, and torchvision's weights for it.

Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
ICLR 2015, table 1, column D. Five stages of 3x3 convolutions, (64, 64), (128, 128),
(256, 256, 256), (512, 512, 512), (512, 512, 512), each followed by a 2x2 max pool, then the fully
connected fc6 and fc7 with 4096 features. FCN, DeconvNet and the dilated front end keep the
convolutions, turn fc6 and fc7 into a 7x7 and a 1x1 convolution, and differ in padding, pooling,
dilation and batch normalisation; so the pools belong to them, and a stage here has none.
A stage maps (N, in, H, W) to (N, out, H, W) where padding equals dilation.
Deviations: none.
"""

from collections import OrderedDict
from collections.abc import Mapping

from torch import Tensor, nn, no_grad

# Output channels of the convolutions, stage by stage; stage s reads what stage s - 1 gives.
STAGE_CHANNELS = {
    1: (64, 64),
    2: (128, 128),
    3: (256, 256, 256),
    4: (512, 512, 512),
    5: (512, 512, 512),
}

# Layer here -> the same layer in torchvision.models.vgg16().
TORCHVISION_NAMES = {
    "conv1_1": "features.0",
    "conv1_2": "features.2",
    "conv2_1": "features.5",
    "conv2_2": "features.7",
    "conv3_1": "features.10",
    "conv3_2": "features.12",
    "conv3_3": "features.14",
    "conv4_1": "features.17",
    "conv4_2": "features.19",
    "conv4_3": "features.21",
    "conv5_1": "features.24",
    "conv5_2": "features.26",
    "conv5_3": "features.28",
    "fc6": "classifier.0",
    "fc7": "classifier.3",
}


def vgg16_stage(
    stage: int,
    *,
    padding: int = 1,
    first_padding: int | None = None,
    dilation: int = 1,
    batch_norm: bool = False,
) -> nn.Sequential:
    """Stage 1 to 5 of VGG16: conv{s}_1, [bn{s}_1,] relu{s}_1, conv{s}_2, ... without its pool.

    `padding` holds for every convolution but the first, which takes `first_padding` if it is given
    (FCN pads conv1_1 by 100 pixels).
    """
    if stage not in STAGE_CHANNELS:
        raise ValueError(f"stage={stage} must be one of VGG16's stages 1 to 5; try 1.")
    in_channels = 3 if stage == 1 else STAGE_CHANNELS[stage - 1][-1]
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for index, out_channels in enumerate(STAGE_CHANNELS[stage], start=1):
        pad = first_padding if index == 1 and first_padding is not None else padding
        layers[f"conv{stage}_{index}"] = nn.Conv2d(
            in_channels, out_channels, 3, padding=pad, dilation=dilation
        )
        if batch_norm:
            layers[f"bn{stage}_{index}"] = nn.BatchNorm2d(out_channels)
        layers[f"relu{stage}_{index}"] = nn.ReLU()
        in_channels = out_channels
    return nn.Sequential(layers)


@no_grad()
def load_vgg16(network: nn.Module, state_dict: Mapping[str, Tensor]) -> None:
    """Copy torchvision's VGG16 weights into a network's conv1_1 ... conv5_3, fc6 and fc7, in place.

    `state_dict` is that of `torchvision.models.vgg16()`, ImageNet-trained or a user's own: float
    tensors "features.0.weight" (64, 3, 3, 3) ... "classifier.3.bias" (4096,). fc6's (4096, 25088)
    becomes (4096, 512, 7, 7), fc7's (4096, 4096) becomes (4096, 4096, 1, 1). The ImageNet
    classifier classifier.6 has no place in a segmentation network and is left out; everything else
    must fit exactly, or nothing is copied and a ValueError says what doesn't.
    Weights from torchvision expect RGB in 0..1, less mean (0.485, 0.456, 0.406), divided by
    (0.229, 0.224, 0.225); those converted from Caffe expect BGR in 0..255 less the mean pixel.
    """
    layers = _vgg16_layers(network)
    expected = {
        f"{source}.{kind}": (layers[name], kind)
        for name, source in TORCHVISION_NAMES.items()
        for kind in ("weight", "bias")
    }
    classifier = {"classifier.6.weight", "classifier.6.bias"}
    missing = sorted(expected.keys() - state_dict.keys())
    unknown = sorted(state_dict.keys() - expected.keys() - classifier)
    if missing or unknown:
        raise ValueError(
            f"The state dict lacks {len(missing)} of VGG16's tensors {missing[:3]} and has "
            f"{len(unknown)} that VGG16 has no place for {unknown[:3]}; it must be the state dict "
            "of torchvision.models.vgg16(), without batch norm: try "
            'torchvision.models.vgg16(weights="IMAGENET1K_V1").state_dict().'
        )
    for key, (layer, kind) in expected.items():
        target, source = getattr(layer, kind), state_dict[key]
        if _as_stored(target, key) != tuple(source.shape):
            raise ValueError(
                f"{key} has shape {tuple(source.shape)} and must have "
                f"{_as_stored(target, key)} to fit this network; try the unchanged state dict "
                "of torchvision.models.vgg16()."
            )
    for key, (layer, kind) in expected.items():
        target = getattr(layer, kind)
        target.copy_(state_dict[key].reshape(target.shape))


def _vgg16_layers(network: nn.Module) -> dict[str, nn.Conv2d]:
    """The network's convolutions that carry a VGG16 name, by that name; each exactly once."""
    layers: dict[str, nn.Conv2d] = {}
    for path, module in network.named_modules():
        name = path.rpartition(".")[2]
        if isinstance(module, nn.Conv2d) and name in TORCHVISION_NAMES:
            if name in layers:
                raise ValueError(
                    f"{type(network).__name__} has {name} more than once and load_vgg16 needs one "
                    "VGG16; try it on each part."
                )
            layers[name] = module
    missing = sorted(TORCHVISION_NAMES.keys() - layers.keys())
    if missing:
        raise ValueError(
            f"{type(network).__name__} has no convolution named {', '.join(missing)} and "
            "load_vgg16 fills all of VGG16; try FCN8s, DeconvNet or Dilated."
        )
    return layers


def _as_stored(target: Tensor, key: str) -> tuple[int, ...]:
    """The shape that torchvision stores for this tensor: linear layers' weights are flat."""
    flat = key.startswith("classifier") and target.dim() == 4
    return tuple(target.flatten(1).shape) if flat else tuple(target.shape)
