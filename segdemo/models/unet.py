"""U-Net as published, and the padded variant with batch normalisation that everybody uses.

Ronneberger, Fischer & Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation",
MICCAI 2015, figure 1; attribute names are those of the authors' Caffe net: d0 to d4 go down,
u3 to u0 come up, a to d are the maps of a level from left to right.
In: `UNet` (N, 1, 572, 572), out: class scores (N, 2, 388, 388), those of the central 388x388.
`UNetPadded`: (N, 3, H, W) to (N, 2, H, W), sides of 16 or more.
Deviations: the authors' Caffe net also has a ReLU after each up-convolution and 128 channels out
of the last one, which neither text nor figure has; this is the figure. `UNetPadded` is another
network, called U-Net in most code: padded 3x3 convolutions without bias, batch normalisation, odd
sizes padded before the concatenation, no dropout.
"""

from torch import Tensor, cat, nn, no_grad
from torch.nn import functional as F

from segdemo.models.trunk import TRUNK_CHANNELS


class UNet(nn.Module):
    """Figure 1: unpadded convolutions, so every level's map is cropped before it is joined."""

    def __init__(self, *, in_channels: int = 1, num_classes: int = 2) -> None:
        super().__init__()
        self.conv_d0a_b = nn.Conv2d(in_channels, 64, 3)
        self.conv_d0b_c = nn.Conv2d(64, 64, 3)
        self.pool_d0c_1a = nn.MaxPool2d(2, 2)
        self.conv_d1a_b = nn.Conv2d(64, 128, 3)
        self.conv_d1b_c = nn.Conv2d(128, 128, 3)
        self.pool_d1c_2a = nn.MaxPool2d(2, 2)
        self.conv_d2a_b = nn.Conv2d(128, 256, 3)
        self.conv_d2b_c = nn.Conv2d(256, 256, 3)
        self.pool_d2c_3a = nn.MaxPool2d(2, 2)
        self.conv_d3a_b = nn.Conv2d(256, 512, 3)
        self.conv_d3b_c = nn.Conv2d(512, 512, 3)
        self.dropout_d3c = nn.Dropout(0.5)
        self.pool_d3c_4a = nn.MaxPool2d(2, 2)
        self.conv_d4a_b = nn.Conv2d(512, 1024, 3)
        self.conv_d4b_c = nn.Conv2d(1024, 1024, 3)
        self.dropout_d4c = nn.Dropout(0.5)
        self.upconv_d4c_u3a = nn.ConvTranspose2d(1024, 512, 2, stride=2)
        self.conv_u3b_c = nn.Conv2d(1024, 512, 3)
        self.conv_u3c_d = nn.Conv2d(512, 512, 3)
        self.upconv_u3d_u2a = nn.ConvTranspose2d(512, 256, 2, stride=2)
        self.conv_u2b_c = nn.Conv2d(512, 256, 3)
        self.conv_u2c_d = nn.Conv2d(256, 256, 3)
        self.upconv_u2d_u1a = nn.ConvTranspose2d(256, 128, 2, stride=2)
        self.conv_u1b_c = nn.Conv2d(256, 128, 3)
        self.conv_u1c_d = nn.Conv2d(128, 128, 3)
        self.upconv_u1d_u0a = nn.ConvTranspose2d(128, 64, 2, stride=2)
        self.conv_u0b_c = nn.Conv2d(128, 64, 3)
        self.conv_u0c_d = nn.Conv2d(64, 64, 3)
        self.conv_u0d_score = nn.Conv2d(64, num_classes, 1)
        initialise(self)

    def forward(self, image: Tensor) -> Tensor:
        check_tile(image)
        d0b = F.relu(self.conv_d0a_b(image))  # (N, 64, 570, 570)
        d0c = F.relu(self.conv_d0b_c(d0b))  # (N, 64, 568, 568), joined by u0
        d1b = F.relu(self.conv_d1a_b(self.pool_d0c_1a(d0c)))  # (N, 128, 282, 282)
        d1c = F.relu(self.conv_d1b_c(d1b))  # (N, 128, 280, 280), joined by u1
        d2b = F.relu(self.conv_d2a_b(self.pool_d1c_2a(d1c)))  # (N, 256, 138, 138)
        d2c = F.relu(self.conv_d2b_c(d2b))  # (N, 256, 136, 136), joined by u2
        d3b = F.relu(self.conv_d3a_b(self.pool_d2c_3a(d2c)))  # (N, 512, 66, 66)
        d3c = self.dropout_d3c(F.relu(self.conv_d3b_c(d3b)))  # (N, 512, 64, 64), joined by u3
        d4b = F.relu(self.conv_d4a_b(self.pool_d3c_4a(d3c)))  # (N, 1024, 30, 30)
        d4c = self.dropout_d4c(F.relu(self.conv_d4b_c(d4b)))  # (N, 1024, 28, 28)
        u3b = crop_and_join(d3c, self.upconv_d4c_u3a(d4c))  # (N, 1024, 56, 56)
        u3d = F.relu(self.conv_u3c_d(F.relu(self.conv_u3b_c(u3b))))  # (N, 512, 52, 52)
        u2b = crop_and_join(d2c, self.upconv_u3d_u2a(u3d))  # (N, 512, 104, 104)
        u2d = F.relu(self.conv_u2c_d(F.relu(self.conv_u2b_c(u2b))))  # (N, 256, 100, 100)
        u1b = crop_and_join(d1c, self.upconv_u2d_u1a(u2d))  # (N, 256, 200, 200)
        u1d = F.relu(self.conv_u1c_d(F.relu(self.conv_u1b_c(u1b))))  # (N, 128, 196, 196)
        u0b = crop_and_join(d0c, self.upconv_u1d_u0a(u1d))  # (N, 128, 392, 392)
        u0d = F.relu(self.conv_u0c_d(F.relu(self.conv_u0b_c(u0b))))  # (N, 64, 388, 388)
        return self.conv_u0d_score(u0d)  # (N, 2, 388, 388)


class UNetPadded(nn.Module):
    """The common variant, not the paper's: padded, batch-normalised, out as large as in.

    `bilinear` replaces the 2x2 up-convolutions by bilinear enlargement and halves the channels
    at the bottom and on the way up to fit.
    """

    def __init__(
        self, *, in_channels: int = 3, num_classes: int = 2, bilinear: bool = False
    ) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(2, 2)
        self.d0 = double_convolution(in_channels, 64)
        self.d1 = double_convolution(64, 128)
        self.d2 = double_convolution(128, 256)
        self.d3 = double_convolution(256, 512)
        self.d4 = double_convolution(512, 512 if bilinear else 1024)
        self.up3 = upsampling(1024, bilinear=bilinear)
        self.u3 = double_convolution(1024, 256 if bilinear else 512, middle=512)
        self.up2 = upsampling(512, bilinear=bilinear)
        self.u2 = double_convolution(512, 128 if bilinear else 256, middle=256)
        self.up1 = upsampling(256, bilinear=bilinear)
        self.u1 = double_convolution(256, 64 if bilinear else 128, middle=128)
        self.up0 = upsampling(128, bilinear=bilinear)
        self.u0 = double_convolution(128, 64)
        self.score = nn.Conv2d(64, num_classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        if min(height, width) < 16:
            raise ValueError(
                f"The image is {height}x{width} pixels and four poolings need at least 16x16; "
                "try a larger image."
            )
        d0 = self.d0(image)  # (N, 64, 572, 572)
        d1 = self.d1(self.pool(d0))  # (N, 128, 286, 286)
        d2 = self.d2(self.pool(d1))  # (N, 256, 143, 143)
        d3 = self.d3(self.pool(d2))  # (N, 512, 71, 71)
        d4 = self.d4(self.pool(d3))  # (N, 1024, 35, 35)
        u3 = self.u3(pad_and_join(d3, self.up3(d4)))  # (N, 512, 71, 71)
        u2 = self.u2(pad_and_join(d2, self.up2(u3)))  # (N, 256, 143, 143)
        u1 = self.u1(pad_and_join(d1, self.up1(u2)))  # (N, 128, 286, 286)
        u0 = self.u0(pad_and_join(d0, self.up0(u1)))  # (N, 64, 572, 572)
        return self.score(u0)  # (N, 2, 572, 572)


def crop_and_join(skip: Tensor, up: Tensor) -> Tensor:
    """The centre of `skip`, as large as `up`, and `up`, side by side in the channels."""
    height, width = up.shape[-2:]
    top, left = (skip.shape[-2] - height) // 2, (skip.shape[-1] - width) // 2
    return cat([skip[:, :, top : top + height, left : left + width], up], dim=1)


def pad_and_join(skip: Tensor, up: Tensor) -> Tensor:
    """`skip`, and `up` padded with zeros to its size, side by side in the channels."""
    height, width = skip.shape[-2] - up.shape[-2], skip.shape[-1] - up.shape[-1]
    padded = F.pad(up, [width // 2, width - width // 2, height // 2, height - height // 2])
    return cat([skip, padded], dim=1)


def double_convolution(
    in_channels: int, out_channels: int, *, middle: int | None = None
) -> nn.Sequential:
    """Twice: 3x3 convolution, batch normalisation, ReLU; size unchanged."""
    middle = out_channels if middle is None else middle
    return nn.Sequential(
        nn.Conv2d(in_channels, middle, 3, padding=1, bias=False),
        nn.BatchNorm2d(middle),
        nn.ReLU(),
        nn.Conv2d(middle, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def upsampling(in_channels: int, *, bilinear: bool) -> nn.Module:
    """Twice as large: a 2x2 up-convolution to half the channels, or bilinear, channels as are."""
    if bilinear:
        return nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
    return nn.ConvTranspose2d(in_channels, in_channels // 2, 2, stride=2)


@no_grad()
def initialise(network: nn.Module) -> None:
    """Section 3: weights normal with deviation sqrt(2 / N), N the inputs of one neuron; no bias.

    A value of a 2x2 up-convolution of stride 2 has one input position, so N = in_channels there.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            up = isinstance(module, nn.ConvTranspose2d)
            inputs = module.in_channels if up else module.weight[0].numel()
            nn.init.normal_(module.weight, std=(2 / inputs) ** 0.5)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def check_tile(image: Tensor) -> None:
    """A ValueError unless every pool gets an even size (section 2): 188, 204, ..., 572, ..."""
    height, width = image.shape[-2:]
    if (height - 12) % 16 or (width - 12) % 16 or min(height, width) < 188:
        near = [max(188, 12 + 16 * round((side - 12) / 16)) for side in (height, width)]
        raise ValueError(
            f"The image is {height}x{width} pixels and the unpadded U-Net needs sides of "
            f"12 + 16 n, at least 188, so that every pool gets an even size; "
            f"try {near[0]}x{near[1]}."
        )


class UNetHead(nn.Module):
    """U-Net's expansive path on the shared trunk: up-convolution, concatenation, two convolutions.

    Takes the trunk's maps at strides 2 to 32; returns scores (N, num_classes, H/4, W/4).
    Deviations: the contracting path is the trunk, whose maps are batch-normalised before they are
    joined (as they come they would drown what comes up); convolutions are padded and
    batch-normalised; the path ends at stride 4 (the last two steps would double the time).
    """

    def __init__(self, num_classes: int, *, widths: tuple[int, ...] = (128, 96, 64)) -> None:
        super().__init__()
        _, skip2, skip3, skip4, bottom = TRUNK_CHANNELS
        self.up_conv4 = nn.ConvTranspose2d(bottom, widths[0], 2, stride=2)
        self.norm4 = nn.BatchNorm2d(skip4)
        self.decode4 = double_convolution(skip4 + widths[0], widths[0])
        self.up_conv3 = nn.ConvTranspose2d(widths[0], widths[1], 2, stride=2)
        self.norm3 = nn.BatchNorm2d(skip3)
        self.decode3 = double_convolution(skip3 + widths[1], widths[1])
        self.up_conv2 = nn.ConvTranspose2d(widths[1], widths[2], 2, stride=2)
        self.norm2 = nn.BatchNorm2d(skip2)
        self.decode2 = double_convolution(skip2 + widths[2], widths[2])
        self.score = nn.Conv2d(widths[2], num_classes, 1)
        initialise(self)

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        _, skip2, skip3, skip4, x = maps
        x = self.decode4(pad_and_join(self.norm4(skip4), self.up_conv4(x)))  # 128 x H/16 x W/16
        x = self.decode3(pad_and_join(self.norm3(skip3), self.up_conv3(x)))  # 96 x H/8 x W/8
        x = self.decode2(pad_and_join(self.norm2(skip2), self.up_conv2(x)))  # 64 x H/4 x W/4
        return self.score(x)
