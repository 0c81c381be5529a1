"""Stacks worth seeing: the context module, gridding and its cure, plain layers, VGG16's start."""

from dataclasses import dataclass

from segdemo.ui.convolution.layers import Stack, StackLayer


@dataclass(frozen=True)
class StackPreset:
    """A named stack, what to look at in it, and where it comes from."""

    title: str
    stack: Stack
    sentence: str
    citation: str


def _dilated(dilations: tuple[int, ...], channels: int) -> tuple[StackLayer, ...]:
    """3 x 3 convolutions that keep the size."""
    return tuple(
        StackLayer(dilation=dilation, padding=dilation, channels=channels) for dilation in dilations
    )


def _vgg16(stages: tuple[tuple[int, int], ...]) -> tuple[StackLayer, ...]:
    """VGG16's 3 x 3 convolutions, each stage but the last followed by a 2 x 2 pool."""
    layers: list[StackLayer] = []
    for number, (count, channels) in enumerate(stages, start=1):
        layers += [StackLayer(padding=1, channels=channels)] * count
        if number < len(stages):
            layers.append(StackLayer("max_pool", kernel=2, stride=2, channels=None))
    return tuple(layers)


YU = "Yu & Koltun 2016, arXiv 1511.07122, table 1"
WANG = "Wang et al. 2018, arXiv 1702.08502"
DEFAULT_STACK = "doubling"
STACKS: dict[str, StackPreset] = {
    "doubling": StackPreset(
        "Doubling: 1, 2, 4",
        Stack(_dilated((1, 2, 4), 16), input_size=33, in_channels=16),
        "Three 3 × 3 layers see 15 inputs across: each dilation is just wide enough to lay the "
        "fields of the layer below side by side, so nothing is missed.",
        "Yu & Koltun 2016, arXiv 1511.07122, figure 1",
    ),
    "context": StackPreset(
        "Context module: 1, 1, 2, 4, 8, 16, 1",
        Stack(
            (
                *_dilated((1, 1, 2, 4, 8, 16, 1), 21),
                StackLayer(kernel=1, channels=21),
            ),
            input_size=81,
            in_channels=21,
        ),
        "Seven 3 × 3 layers and a 1 × 1 one see 67 × 67 scores, and every one of them is touched.",
        YU,
    ),
    "gridding": StackPreset(
        "Gridding: 2, 2, 2",
        Stack(_dilated((2, 2, 2), 16), input_size=33, in_channels=16),
        "The field is 13 wide, but only every second cell in it is ever touched: neighbouring "
        "outputs look at different inputs, and a checkerboard shows.",
        WANG,
    ),
    "hybrid": StackPreset(
        "Hybrid: 1, 2, 5",
        Stack(_dilated((1, 2, 5), 16), input_size=33, in_channels=16),
        "Dilations without a common factor leave no hole: 17 cells, all touched, with the "
        "parameters of the gridding stack.",
        WANG,
    ),
    "plain": StackPreset(
        "Plain 3 × 3, seven times",
        Stack(_dilated((1,) * 7, 16), input_size=33, in_channels=16),
        "Without dilation each layer adds two cells: seven layers see only 15, as many as three "
        "layers with dilations 1, 2, 4.",
        "Simonyan & Zisserman 2015, arXiv 1409.1556",
    ),
    "vgg16": StackPreset(
        "VGG16, up to conv4_2",
        Stack(_vgg16(((2, 64), (2, 128), (3, 256), (2, 512))), input_size=224, in_channels=3),
        "Pooling doubles the jump: every later layer's kernel reaches twice as far, but the output "
        "is an eighth of the input's size, which dilation avoids.",
        "Simonyan & Zisserman 2015, arXiv 1409.1556, table 1, column D",
    ),
    "decoder": StackPreset(
        "Down and up again",
        Stack(
            (
                StackLayer(padding=1, channels=16),
                StackLayer("max_pool", kernel=2, stride=2, channels=None),
                StackLayer(padding=1, channels=32),
                StackLayer("conv_transpose", kernel=3, stride=2, padding=1, channels=16),
            ),
            input_size=32,
            in_channels=3,
        ),
        "Behind a transposed layer of kernel 3 and stride 2 every second cell sees more than its "
        "neighbours: move the cell with the arrow keys and watch its field.",
        "Odena et al. 2016, Deconvolution and Checkerboard Artifacts, doi 10.23915/distill.00003",
    ),
}
