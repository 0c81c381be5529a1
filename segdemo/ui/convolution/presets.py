"""Settings worth seeing: figures of the papers that made these layers, and classic surprises."""

from dataclasses import dataclass

from segdemo.ui.convolution.setting import Choice

GUIDE = "Dumoulin & Visin, arXiv 1603.07285"


@dataclass(frozen=True)
class Preset:
    """A named setting, one sentence that says what to look at, and where it comes from."""

    title: str
    choice: Choice
    sentence: str
    citation: str


def _conv(
    size: int, kernel: int, *, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Choice:
    return Choice(
        input_size=(size, size),
        kernel_size=(kernel, kernel),
        stride=(stride, stride),
        padding=(padding, padding),
        dilation=(dilation, dilation),
    )


def _transposed(
    size: int, kernel: int, *, stride: int = 1, padding: int = 0, output_padding: int = 0
) -> Choice:
    return Choice(
        operation="conv_transpose",
        input_size=(size, size),
        kernel_size=(kernel, kernel),
        stride=(stride, stride),
        padding=(padding, padding),
        output_padding=(output_padding, output_padding),
    )


DEFAULT_PRESET = "halving"
PRESETS: dict[str, Preset] = {
    "halving": Preset(
        "Halving a size: k3 s2 p1",
        _conv(7, 3, stride=2, padding=1),
        "Press play: each output cell is a sum of nine products. Stride 2 keeps every second "
        "place of the kernel, so 7 × 7 inputs become 4 × 4 outputs.",
        f"{GUIDE}, relationship 6",
    ),
    "no_padding": Preset(
        "No padding, unit strides",
        _conv(4, 3),
        "Without padding the kernel finds only 2 × 2 places on a 4 × 4 input.",
        f"{GUIDE}, figure 2.1",
    ),
    "arbitrary": Preset(
        "Arbitrary padding",
        _conv(5, 4, padding=2),
        "Two cells of zeros around a 5 × 5 input give a 4 × 4 kernel more places than the input "
        "has cells: the output grows to 6 × 6.",
        f"{GUIDE}, figure 2.2",
    ),
    "half": Preset(
        "Half (same) padding",
        _conv(5, 3, padding=1),
        "Padding by half the kernel keeps the size; corner outputs see only four real inputs.",
        f"{GUIDE}, figure 2.3",
    ),
    "full": Preset(
        "Full padding",
        _conv(5, 3, padding=2),
        "Every partial overlap of kernel and input counts: the output is larger by k - 1.",
        f"{GUIDE}, figure 2.4",
    ),
    "strides": Preset(
        "Strides, no padding",
        _conv(5, 3, stride=2),
        "The kernel jumps two cells at a time; each jump is one step of the output.",
        f"{GUIDE}, figure 2.5",
    ),
    "strides_padding": Preset(
        "Strides and padding",
        _conv(5, 3, stride=2, padding=1),
        "Halving a size: with stride 2 and padding 1 a 5 × 5 input becomes 3 × 3.",
        f"{GUIDE}, figure 2.6",
    ),
    "odd": Preset(
        "Strides and padding, odd",
        _conv(6, 3, stride=2, padding=1),
        "Watch the far edge: the bottom row and right column of padding are never touched, so "
        "this 6 × 6 input gives the same 3 × 3 output as a 5 × 5 one.",
        f"{GUIDE}, figure 2.7",
    ),
    "dilated": Preset(
        "Dilation",
        _conv(7, 3, dilation=2),
        "Nine weights, two cells apart, span 5 × 5 inputs: a wider view for the same price.",
        f"{GUIDE}, figure 5.1",
    ),
    "no_padding_t": Preset(
        "Transposed: no padding",
        _transposed(2, 3),
        "The way back from 2 × 2 to 4 × 4: each input paints a whole kernel, overlaps add up.",
        f"{GUIDE}, figure 4.1",
    ),
    "arbitrary_t": Preset(
        "Transposed: arbitrary padding",
        _transposed(6, 4, padding=2),
        "Here padding takes away: two cells are cut from each side of what is painted.",
        f"{GUIDE}, figure 4.2",
    ),
    "half_t": Preset(
        "Transposed: half padding",
        _transposed(5, 3, padding=1),
        "The transpose of a same-size convolution keeps the size too.",
        f"{GUIDE}, figure 4.3",
    ),
    "full_t": Preset(
        "Transposed: full padding",
        _transposed(7, 3, padding=2),
        "The transpose of a fully padded convolution shrinks: it is a plain convolution with the "
        "kernel turned.",
        f"{GUIDE}, figure 4.4",
    ),
    "strides_t": Preset(
        "Transposed: strides",
        _transposed(2, 3, stride=2),
        "Read by gathering, zeros stand between the inputs; read by scattering, copies of the "
        "kernel are set down two cells apart.",
        f"{GUIDE}, figure 4.5",
    ),
    "strides_padding_t": Preset(
        "Transposed: strides and padding",
        _transposed(3, 3, stride=2, padding=1),
        "From 3 × 3 back to 5 × 5: stride spreads the copies, padding trims the rim.",
        f"{GUIDE}, figure 4.6",
    ),
    "odd_t": Preset(
        "Transposed: strides and padding, odd",
        _transposed(3, 3, stride=2, padding=1, output_padding=1),
        "output_padding adds a row and a column on the far side only, real outputs and no zeros: "
        "it says which of two input sizes to go back to.",
        f"{GUIDE}, figure 4.7",
    ),
    "dcgan": Preset(
        "DCGAN: k4 s2 p1",
        _transposed(4, 4, stride=2, padding=1),
        "A kernel of twice the stride: inside, every output is reached by exactly four inputs, "
        "and the size doubles.",
        "Radford et al. 2016, arXiv 1511.06434, figure 1 (kernel as in the PyTorch example)",
    ),
    "unet": Preset(
        "U-Net: up-convolution k2 s2",
        _transposed(4, 2, stride=2),
        "Kernel and stride agree: copies lie side by side, nothing overlaps, each output has one "
        "input.",
        "Ronneberger et al. 2015, arXiv 1505.04597, figure 1",
    ),
    "fcn": Preset(
        "FCN-32s: bilinear k64 s32",
        Choice(
            operation="conv_transpose",
            input_size=(4, 4),
            kernel_size=(64, 64),
            stride=(32, 32),
            padding=(16, 16),
            kernel_kind="bilinear",
        ),
        "A fixed tent-shaped kernel turns coarse scores into a smooth map, 32 times larger. "
        "Padding 16 trims the rim; the published network crops it off afterwards.",
        "Long, Shelhamer & Darrell 2015, arXiv 1411.4038, section 3.3",
    ),
    "context": Preset(
        "Context module: a dilated layer",
        _conv(9, 3, padding=2, dilation=2),
        "Padding equal to the dilation keeps the size, so layers of growing dilation can be "
        "stacked without losing resolution.",
        "Yu & Koltun 2016, arXiv 1511.07122, table 1",
    ),
    "checkerboard": Preset(
        "Checkerboard: k3 s2",
        _transposed(4, 3, stride=2),
        "3 is no multiple of 2: some outputs are reached by four inputs, their neighbours by two "
        "or one. Open the view Overlap.",
        "Odena et al. 2016, Distill, doi 10.23915/distill.00003",
    ),
    "groups": Preset(
        "Channels in groups",
        Choice(
            input_size=(5, 5), padding=(1, 1), groups=2, in_channels=4, out_channels=4, bias=True
        ),
        "With 2 groups an output channel sees only half of the input channels: half the weights.",
        "Krizhevsky et al. 2012, section 3.5",
    ),
    "length": Preset(
        "One dimension, causal dilation",
        Choice(
            dims=1,
            input_size=(16, 16),
            kernel_size=(2, 2),
            padding=(4, 4),
            dilation=(4, 4),
        ),
        "Two weights four steps apart along a signal, as in WaveNet, which then drops the last 4 "
        "outputs so that none looks into the future.",
        "van den Oord et al. 2016, arXiv 1609.03499, figure 3",
    ),
    "max_pool": Preset(
        "Max pooling k2 s2",
        Choice(operation="max_pool", input_size=(6, 6), kernel_size=(2, 2)),
        "Only the largest number of each window goes on; the index of its cell can be kept.",
        "Simonyan & Zisserman 2015, arXiv 1409.1556, section 2.1",
    ),
    "max_pool_overlapping": Preset(
        "Max pooling k3 s1",
        Choice(operation="max_pool", input_size=(5, 5), stride=(1, 1)),
        "Windows overlap, so one large number wins several of them: point at it.",
        f"{GUIDE}, figure 1.6",
    ),
    "avg_pool": Preset(
        "Average pooling k3 s1",
        Choice(operation="avg_pool", input_size=(5, 5), stride=(1, 1)),
        "A convolution whose nine weights are all one ninth.",
        f"{GUIDE}, figure 1.5",
    ),
    "ceil": Preset(
        "Pooling with ceil_mode",
        Choice(
            operation="max_pool",
            input_size=(5, 5),
            stride=(3, 3),
            padding=(1, 1),
            ceil_mode=True,
        ),
        "ceil_mode would allow a window more, but one that starts in the padding is dropped.",
        "PyTorch documentation of MaxPool2d",
    ),
    "unpool": Preset(
        "Max unpooling k2 s2",
        Choice(operation="max_unpool", input_size=(3, 3), kernel_size=(2, 2)),
        "Each value returns to the cell that its switch names; all others stay zero.",
        "Noh, Hong & Han 2015, arXiv 1505.04366, figure 3",
    ),
}
