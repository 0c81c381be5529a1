"""PSPNet, DeepLabV3+ and FPN on the shared trunk: decoders of segmentation-models-pytorch.

H. Zhao et al., "Pyramid Scene Parsing Network", CVPR 2017, figure 3; L.-C. Chen et al.,
"Encoder-Decoder with Atrous Separable Convolution", ECCV 2018, figure 2; T.-Y. Lin et al., "Feature
Pyramid Networks", CVPR 2017, with the semantic branch of A. Kirillov et al., "Panoptic Feature
Pyramid Networks", CVPR 2019, figure 3.

Input: the trunk's maps at strides 2, 4, 8, 16 and 32 (FPN) or 16 by dilation (PSPNet, DeepLabV3+).
Output: scores at stride 16 (PSPNet) or 4.

Deviations: lean widths (FPN 64, DeepLabV3+ 96, PSPNet 192); PSPNet at stride 16, not 8; atrous
rates 3, 6, 9 (the papers' 6, 12, 18 are for maps of 33x33 cells, these have about 28x20).
"""

from torch import Tensor, nn

from segdemo.models.trunk import TRUNK_CHANNELS

# smp counts the image itself as the first level.
ENCODER_CHANNELS = (3, *TRUNK_CHANNELS)


class LibraryHead(nn.Module):
    """A decoder of segmentation-models-pytorch and the 1x1 convolution that scores its map."""

    def __init__(self, decoder: nn.Module, channels: int, num_classes: int) -> None:
        super().__init__()
        self.decoder = decoder
        self.score = nn.Conv2d(channels, num_classes, 1)

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        return self.score(self.decoder([maps[0], *maps]))  # the decoders never read level 0


def pspnet(num_classes: int, *, channels: int = 192) -> LibraryHead:
    """Pyramid pooling (1, 2, 3, 6 bins) of the trunk's last map at stride 16."""
    from segmentation_models_pytorch.decoders.pspnet.decoder import PSPDecoder

    decoder = PSPDecoder(list(ENCODER_CHANNELS), out_channels=channels, dropout=0.1)
    return LibraryHead(decoder, channels, num_classes)


def deeplabv3plus(num_classes: int, *, channels: int = 96) -> LibraryHead:
    """Atrous pyramid on the map at stride 16, joined with the map at stride 4."""
    from segmentation_models_pytorch.decoders.deeplabv3.decoder import DeepLabV3PlusDecoder

    decoder = DeepLabV3PlusDecoder(
        encoder_channels=ENCODER_CHANNELS,
        encoder_depth=5,
        out_channels=channels,
        atrous_rates=(3, 6, 9),
        output_stride=16,
        aspp_separable=True,
        aspp_dropout=0.1,
    )
    return LibraryHead(decoder, channels, num_classes)


def fpn(num_classes: int, *, channels: int = 64) -> LibraryHead:
    """A top-down pyramid of maps at strides 4 to 32, summed at stride 4."""
    from segmentation_models_pytorch.decoders.fpn.decoder import FPNDecoder

    decoder = FPNDecoder(
        encoder_channels=list(ENCODER_CHANNELS),
        pyramid_channels=channels,
        segmentation_channels=channels,
        dropout=0.1,
    )
    return LibraryHead(decoder, channels, num_classes)
