"""Where the cells of a strided map stand inside a denser one: the phase that 'same' padding sets.

A convolution of stride 2 reads, for its output j, the inputs 2j - left to 2j - left + kernel - 1;
the same convolution at stride 1 reads, for its output p, kernel inputs around p. Both read the same
ones where p = 2j + (kernel - 1) / 2 - left. Turning the stride into dilation (F. Yu and V. Koltun,
"Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016, section 3) computes all p, so
the strided outputs are every second dilated one, from that phase on.

A phase exists for every size from 1 on and for both axes alike, because all the trunk's kernels
are odd: the dilated layers pad by as much on the left as on the right, so what a strided cell reads
beyond the border is beyond it for the dilated cell too. (An even kernel has no centre: each dilated
layer of that kind moves the phase on by half its dilation, and out of the map in the end.)
"""

from segdemo.models.trunk import STAGES, same_padding

STEM_KERNEL = 3
# Kernel sizes of the trunk's layers of stride 2, from the image on: strides 2, 4, 8, 16, 32.
STRIDED_KERNELS = (STEM_KERNEL, *(stage.kernel_size for stage in STAGES if stage.stride == 2))
STRIDES = tuple(2 ** (level + 1) for level in range(len(STRIDED_KERNELS)))


def phase(size: int, *, output_stride: int, coarse_stride: int = 32) -> int:
    """Cell j at `coarse_stride` is cell j * coarse_stride / output_stride + phase of the dense map.

    For one axis of an image of `size` pixels. The dense map is the trunk's at `output_stride`: the
    strides from there to `coarse_stride` turned into dilation. An `output_stride` of 1 asks for the
    pixel that a coarse cell is centred on. At 320 pixels, output stride 8: cell j is cell 4j + 3.
    """
    if size < 1:
        raise ValueError(f"size={size} must be at least 1 pixel; try 224.")
    for name, value, offered in (
        ("output_stride", output_stride, (1, *STRIDES)),
        ("coarse_stride", coarse_stride, STRIDES),
    ):
        if value not in offered:
            raise ValueError(f"{name}={value} must be one of the trunk's {offered}; try 32.")
    if output_stride > coarse_stride:
        raise ValueError(
            f"output_stride={output_stride} must not exceed coarse_stride={coarse_stride}: the "
            f"dense map is the finer one; try {coarse_stride}."
        )
    result, step = 0, 1  # of the map reached so far, in cells of the dense map
    for stride, kernel_size in zip(STRIDES, STRIDED_KERNELS, strict=True):
        if output_stride < stride <= coarse_stride:
            left, _ = same_padding(size, kernel_size, 2, 1)
            result += step * ((kernel_size - 1) // 2 - left)
            step *= 2
        size = -(-size // 2)
    return result
