"""A layer as a sparse matrix C: output = C input, with its transpose and the check that they match.

Cells are flattened row-major, channels first: row (out_channel, *output cell), column (in_channel,
*input cell). C^T of a convolution is the transposed convolution with the same weight (Dumoulin &
Visin, section 4.1), and what autograd multiplies by to get the gradient of the input.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from segdemo.arithmetic.geometry import resolve, weight_shape
from segdemo.arithmetic.pooling import window_counts
from segdemo.arithmetic.setting import WEIGHTED, IllegalSettingError, Setting
from segdemo.arithmetic.taps import Taps, taps


def layer_matrix(
    setting: Setting,
    weight: np.ndarray | None = None,
    *,
    groups: int = 1,
    count_include_pad: bool = True,
    indices: np.ndarray | None = None,
) -> sparse.csr_array:
    """C of any operation, float64; a bias isn't linear and stays out.

    `weight` is torch's, or for one channel an array of the kernel's shape. Pooling and unpooling
    act on each channel alone: C is that of one channel, for max_pool and max_unpool at the given
    `indices` of that channel (a selection of cells; each is the other's transpose). Several weights
    that meet the same input (a padding mode) add up. Raises IllegalSettingError.
    """
    if setting.operation == "max_pool":
        return _selection(setting, indices)
    meetings = taps(setting, indices)
    if setting.operation == "max_unpool":
        return _assemble(meetings, np.ones((1, 1, 1)), 1)
    if setting.operation == "avg_pool":
        counts = window_counts(setting, count_include_pad).ravel()
        shape = (len(meetings.output_starts) - 1, len(meetings.input_starts) - 1)
        values = 1.0 / counts[meetings.output]
        return sparse.csr_array((values, (meetings.output, meetings.input)), shape=shape)
    return _assemble(meetings, _weights(setting, weight, groups), groups)


def adjoint(setting: Setting) -> Setting:
    """The layer whose matrix, for the same weight, is this layer's C^T.

    Of a convolution the transposed convolution with output_padding (i + 2p - k^) mod s
    (relationship 14), and back. Raises IllegalSettingError where no single layer of torch is the
    adjoint: a padding mode other than zeros, 'same' with an odd total, pooling, an output_padding
    not below the stride.
    """
    axes = resolve(setting)
    if setting.operation not in WEIGHTED or setting.padding_mode != "zeros":
        raise IllegalSettingError(
            f"the transpose of {setting.operation} with padding_mode={setting.padding_mode!r} is no"
            " single layer, it must be a conv or conv_transpose with zeros"
        )
    if any(axis.pad_left != axis.pad_right for axis in axes):
        rule = "a transposed convolution pads both sides alike, 'same' must add an even total"
        raise IllegalSettingError(f"{rule}, got d(k-1)={tuple(axis.span - 1 for axis in axes)}")
    scalar = not isinstance(setting.input_size, tuple | list)
    spare = tuple((a.input_size + 2 * a.pad_left - a.span) % a.stride for a in axes)
    size = tuple(axis.output_size for axis in axes)
    padding = tuple(axis.pad_left for axis in axes)
    operation = "conv_transpose" if setting.operation == "conv" else "conv"
    extra = spare if operation == "conv_transpose" else (0,) * len(axes)
    turned = replace(
        setting,
        operation=operation,
        input_size=size[0] if scalar else size,
        padding=padding[0] if scalar else padding,
        output_padding=extra[0] if scalar else extra,
    )
    if tuple(axis.output_size for axis in resolve(turned)) != tuple(a.input_size for a in axes):
        sentence = f"output_padding={setting.output_padding} must be below stride={setting.stride}"
        raise IllegalSettingError(f"{sentence} for a convolution to be its transpose")
    return turned


def inner_products(
    matrix: sparse.csr_array, image: np.ndarray, output: np.ndarray
) -> tuple[float, float]:
    """<C x, v> and <x, C^T v>, equal up to rounding, for x = `image` and v = `output`."""
    x, v = image.ravel(), output.ravel()
    return float((matrix @ x) @ v), float(x @ (matrix.T @ v))


def _weights(setting: Setting, weight: np.ndarray | None, groups: int) -> np.ndarray:
    """(out_channels, in_channels/groups, weights), as a convolution stores them."""
    kernel = tuple(axis.kernel_size for axis in resolve(setting))
    given = np.asarray(np.nan if weight is None else weight, dtype=np.float64)
    if given.shape == kernel:
        given = given[None, None]
    if given.ndim != len(kernel) + 2 or given.shape[2:] != kernel:
        sentence = f"the weight must have shape {kernel} or (channels, channels, *{kernel})"
        raise IllegalSettingError(f"{sentence}, got {None if weight is None else given.shape}")
    first, second = given.shape[0], given.shape[1] * groups
    if setting.operation == "conv":
        weight_shape("conv", second, first, kernel, groups)
        return given.reshape(first, given.shape[1], -1)
    weight_shape("conv_transpose", first, second, kernel, groups)
    split = given.reshape(groups, first // groups, given.shape[1], -1)
    return split.swapaxes(1, 2).reshape(second, first // groups, -1)


def _assemble(meetings: Taps, weights: np.ndarray, groups: int) -> sparse.csr_array:
    outputs, inputs = len(meetings.output_starts) - 1, len(meetings.input_starts) - 1
    out_channels, fan_in = weights.shape[:2]
    out_channel = np.arange(out_channels)[:, None, None]
    group = out_channel // (out_channels // groups)
    in_channel = group * fan_in + np.arange(fan_in)[None, :, None]
    values = weights[:, :, meetings.weight]
    rows = np.broadcast_to(out_channel * outputs + meetings.output, values.shape)
    columns = in_channel * inputs + meetings.input
    shape = (out_channels * outputs, groups * fan_in * inputs)
    return sparse.csr_array((values.ravel(), (rows.ravel(), columns.ravel())), shape=shape)


def _selection(setting: Setting, indices: np.ndarray | None) -> sparse.csr_array:
    axes = resolve(setting)
    outputs = tuple(axis.output_size for axis in axes)
    inputs = int(np.prod([axis.input_size for axis in axes]))
    if indices is None or indices.shape != outputs:
        raise IllegalSettingError(f"max_pool needs the indices of one channel, of shape {outputs}")
    chosen = indices.ravel()
    if not ((chosen >= 0) & (chosen < inputs)).all():
        raise IllegalSettingError(
            f"indices must lie in the input of {inputs} cells, got {chosen.max()}"
        )
    rows = np.arange(len(chosen))
    return sparse.csr_array((np.ones(len(chosen)), (rows, chosen)), shape=(len(chosen), inputs))
