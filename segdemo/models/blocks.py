"""Convolution, batch norm, ReLU: the block that every head is built from."""

from torch import nn


def conv_bn_relu(
    in_channels: int, out_channels: int, kernel_size: int = 3, *, dilation: int = 1
) -> nn.Sequential:
    """A convolution that keeps the size (N, in, H, W) -> (N, out, H, W), normalised, rectified."""
    padding = dilation * (kernel_size - 1) // 2
    return nn.Sequential(
        nn.Conv2d(
            in_channels, out_channels, kernel_size, padding=padding, dilation=dilation, bias=False
        ),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )
