"""The numbers: any of the five operations applied to an image, in float64.

The reference is torch.nn.functional (torch.nn.Conv1d and Conv2d for padding modes), equal to 1e-6.

Deviations: images are unbatched, (channels, length) or (channels, height, width); a convolution
without a channel is refused (torch gives an empty answer).
"""

import numpy as np

from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.pooling import avg_pool, max_pool, max_unpool
from segdemo.arithmetic.setting import OPERATIONS, WEIGHTED, IllegalSettingError, Setting, Size
from segdemo.arithmetic.taps import axis_taps, pick


def apply(
    operation: str,
    image: np.ndarray,
    kernel: np.ndarray | Size,
    *,
    bias: np.ndarray | None = None,
    stride: Size | None = None,
    padding: Size | str = 0,
    padding_mode: str = "zeros",
    dilation: Size = 1,
    output_padding: Size = 0,
    groups: int = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    indices: np.ndarray | None = None,
    output_size: Size | None = None,
) -> np.ndarray:
    """The layer's output: (channels, *size) float64 for an image (channels, *size).

    `kernel` is torch's weight, conv (out, in/groups, *kernel), conv_transpose (in, out/groups,
    *kernel), or the window's size for pooling. `indices` (the image's shape, integers) are
    max_unpool's, as `max_pool_indices` gives them. Raises IllegalSettingError, a ValueError, where
    torch refuses.
    """
    if operation not in OPERATIONS:
        resolve(Setting(operation, 1, 1))  # refuses, naming the operations
    image = _image(operation, image)
    weighted = operation in WEIGHTED
    size = _kernel_size(kernel, image.ndim - 1) if weighted else _pool_size(kernel)
    setting = Setting(
        operation,
        image.shape[1:] if image.ndim == 3 else image.shape[1],
        size,
        stride,
        padding,
        padding_mode,
        dilation,
        output_padding,
        ceil_mode,
        output_size,
    )
    resolve(setting)
    _foreign_arguments(operation, bias, groups, count_include_pad, indices)
    if weighted:
        return convolve(setting, image, np.asarray(kernel), bias=bias, groups=groups)
    if operation == "max_unpool":
        return max_unpool(setting, image, indices)
    if operation == "avg_pool":
        return avg_pool(setting, image, count_include_pad)
    return max_pool(setting, image)


def convolve(
    setting: Setting,
    image: np.ndarray,
    weight: np.ndarray,
    *,
    bias: np.ndarray | None = None,
    groups: int = 1,
) -> np.ndarray:
    """A convolution or transposed convolution: one step for each weight, over all cells at once.

    Shapes as in `apply`. Raises IllegalSettingError.
    """
    axes = resolve(setting)
    image, weight = check_weight(setting, image, weight, groups)
    split = weight.reshape(groups, -1, *weight.shape[1:])
    if setting.operation == "conv_transpose":
        split = split.swapaxes(1, 2)  # (groups, in, out, *kernel) -> (groups, out, in, *kernel)
    output = np.zeros((groups * split.shape[1], *(axis.output_size for axis in axes)))
    channels = np.arange(len(output))
    # Per axis and weight: the output cells that meet an input through it, and those inputs.
    meetings = [[_met(column) for column in axis_taps(axis).inputs.T] for axis in axes]
    for tap in np.ndindex(*split.shape[3:]):
        met = [meeting[t] for meeting, t in zip(meetings, tap, strict=True)]
        seen = pick(image, [inputs for _, inputs in met])
        products = split[:, :, :, *tap] @ seen.reshape(groups, split.shape[2], -1)
        where = np.ix_(channels, *(outputs for outputs, _ in met))
        output[where] += products.reshape(len(output), *seen.shape[1:])
    if bias is not None:
        output += _bias(bias, len(output)).reshape(-1, *(1 for _ in axes))
    return output


def check_weight(
    setting: Setting, image: np.ndarray, weight: np.ndarray, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """The image and torch's weight as float64, if the layer's channels and groups fit them.

    Raises IllegalSettingError, with the `groups` that would fit where there is one.
    """
    image = np.asarray(image, dtype=np.float64)
    weight = np.asarray(weight, dtype=np.float64)
    axes = resolve(setting)
    sizes = tuple(axis.input_size for axis in axes)
    kernel = tuple(axis.kernel_size for axis in axes)
    if image.shape[1:] != sizes or weight.shape[2:] != kernel:
        got = f"image {image.shape} and weight {weight.shape}"
        raise IllegalSettingError(f"{got} must have the setting's sizes {sizes} and {kernel}")
    if isinstance(groups, bool) or not isinstance(groups, int | np.integer):
        raise IllegalSettingError(f"groups={groups!r} must be a whole number", {"groups": 1})
    channels = len(image)
    if not _channels_fit(setting.operation, channels, weight.shape, groups):
        legal = range(1, max(channels, 1) + 1)
        fits = [g for g in legal if _channels_fit(setting.operation, channels, weight.shape, g)]
        shape = "(out, in/groups, ...)" if setting.operation == "conv" else "(in, out/groups, ...)"
        sentence = f"a weight of shape {weight.shape}, read as {shape} with groups={groups}"
        sentence += f", doesn't fit an image of {channels} channels"
        nearest = {"groups": min(fits, key=lambda g: abs(g - groups))} if fits else None
        raise IllegalSettingError(sentence, nearest)
    return image, weight


def _met(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    outputs = np.flatnonzero(column >= 0)
    return outputs, column[outputs]


def _channels_fit(operation: str, channels: int, shape: tuple[int, ...], groups: int) -> bool:
    if groups < 1 or min(channels, *shape) < 1 or shape[0] % groups:
        return False
    return channels == (shape[1] * groups if operation == "conv" else shape[0])


def _image(operation: str, image: np.ndarray) -> np.ndarray:
    image = np.asarray(image, dtype=np.float64)
    if image.ndim not in (2, 3):
        shape = "(channels, length) or (channels, height, width)"
        raise IllegalSettingError(f"the image must be {shape}, got shape {image.shape}")
    if operation != "max_unpool" and not len(image):
        raise IllegalSettingError(f"the image must have a channel, got shape {image.shape}")
    return image


def _kernel_size(kernel: np.ndarray | Size, axes: int) -> Size:
    shape = np.shape(np.asarray(kernel))
    if len(shape) != axes + 2:
        rule = f"(channels, channels, {'length' if axes == 1 else 'height, width'})"
        raise IllegalSettingError(f"the weight must be {rule} for this image, got shape {shape}")
    return shape[2:] if axes == 2 else shape[2]


def _pool_size(kernel: np.ndarray | Size) -> Size:
    if isinstance(kernel, np.ndarray):
        raise IllegalSettingError(
            "pooling takes the window's size as its kernel, got an array of weights"
        )
    return kernel


def _foreign_arguments(
    operation: str,
    bias: np.ndarray | None,
    groups: int,
    count_include_pad: bool,
    indices: np.ndarray | None,
) -> None:
    """Refuses what torch's function doesn't take: a bias for pooling, groups for unpooling..."""
    weighted = operation in WEIGHTED
    if bias is not None and not weighted:
        raise IllegalSettingError(f"{operation} takes no bias", {"bias": None})
    if groups != 1 and not weighted:
        raise IllegalSettingError(f"{operation} takes no groups, got {groups}", {"groups": 1})
    if indices is not None and operation != "max_unpool":
        raise IllegalSettingError(f"{operation} takes no indices", {"indices": None})
    if not isinstance(count_include_pad, bool):
        sentence = f"count_include_pad={count_include_pad!r} must be True or False"
        raise IllegalSettingError(sentence, {"count_include_pad": True})
    if not count_include_pad and operation != "avg_pool":
        raise IllegalSettingError(
            f"{operation} takes no count_include_pad", {"count_include_pad": True}
        )


def _bias(bias: np.ndarray, channels: int) -> np.ndarray:
    bias = np.asarray(bias, dtype=np.float64)
    if bias.shape != (channels,):
        sentence = (
            f"bias must have shape ({channels},), one number an output channel, got {bias.shape}"
        )
        raise IllegalSettingError(sentence, {"bias": None})
    return bias
