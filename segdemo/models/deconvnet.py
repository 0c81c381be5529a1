"""DeconvNet: a mirrored VGG16 that unpools to where the maxima were.

Noh, Hong & Han, "Learning Deconvolution Network for Semantic Segmentation", ICCV 2015, figure 2
and table 2, and the authors' Caffe net DeconvNet_inference_deploy, layer by layer: VGG16 with
batch normalisation whose five max pools keep their indices ("switches"), fc6 and fc7 as
convolutions down to one vector, a 7x7 deconvolution, then five times unpooling by the switches
and 3x3 deconvolutions, with batch normalisation and ReLU after each.
In: (N, 3, 224, 224). Out: class scores (N, classes, 224, 224). Larger inputs whose sides are
multiples of 32 work too.
Deviations: batch normalisation is torch's (epsilon 1e-5, running averages by momentum 0.1) where
Caffe's statistics were measured once after training. The published scores combine about 50 object
proposals an image; this is the network that sees one of them. The convolutions start random:
`vgg16.load_vgg16` fills them with ImageNet weights.
"""

from collections import OrderedDict

from torch import Tensor, nn
from torch.nn import functional as F

from segdemo.models.blocks import conv_bn_relu
from segdemo.models.trunk import TRUNK_CHANNELS
from segdemo.models.vgg16 import vgg16_stage

# Channels in and out of the deconvolutions of each stage, from the coarsest on.
DECONVOLUTIONS = {
    5: ((512, 512), (512, 512), (512, 512)),
    4: ((512, 512), (512, 512), (512, 256)),
    3: ((256, 256), (256, 256), (256, 128)),
    2: ((128, 128), (128, 64)),
    1: ((64, 64), (64, 64)),
}


def deconvolution_stage(stage: int) -> nn.Sequential:
    """deconv{s}_1, debn{s}_1, derelu{s}_1, deconv{s}_2, ...: 3x3, size unchanged."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for index, (in_channels, out_channels) in enumerate(DECONVOLUTIONS[stage], start=1):
        layers[f"deconv{stage}_{index}"] = nn.ConvTranspose2d(
            in_channels, out_channels, 3, padding=1
        )
        layers[f"debn{stage}_{index}"] = nn.BatchNorm2d(out_channels)
        layers[f"derelu{stage}_{index}"] = nn.ReLU()
    return nn.Sequential(layers)


class DeconvNet(nn.Module):
    """The whole network of figure 2."""

    def __init__(self, *, num_classes: int = 21) -> None:
        super().__init__()
        self.conv1 = vgg16_stage(1, batch_norm=True)
        self.pool1 = nn.MaxPool2d(2, 2, return_indices=True)
        self.conv2 = vgg16_stage(2, batch_norm=True)
        self.pool2 = nn.MaxPool2d(2, 2, return_indices=True)
        self.conv3 = vgg16_stage(3, batch_norm=True)
        self.pool3 = nn.MaxPool2d(2, 2, return_indices=True)
        self.conv4 = vgg16_stage(4, batch_norm=True)
        self.pool4 = nn.MaxPool2d(2, 2, return_indices=True)
        self.conv5 = vgg16_stage(5, batch_norm=True)
        self.pool5 = nn.MaxPool2d(2, 2, return_indices=True)
        self.fc6 = nn.Conv2d(512, 4096, 7)
        self.bnfc6 = nn.BatchNorm2d(4096)
        self.relu6 = nn.ReLU()
        self.fc7 = nn.Conv2d(4096, 4096, 1)
        self.bnfc7 = nn.BatchNorm2d(4096)
        self.relu7 = nn.ReLU()
        self.fc6_deconv = nn.ConvTranspose2d(4096, 512, 7)
        self.fc6_deconv_bn = nn.BatchNorm2d(512)
        self.fc6_deconv_relu = nn.ReLU()
        self.unpool5 = nn.MaxUnpool2d(2, 2)
        self.deconv5 = deconvolution_stage(5)
        self.unpool4 = nn.MaxUnpool2d(2, 2)
        self.deconv4 = deconvolution_stage(4)
        self.unpool3 = nn.MaxUnpool2d(2, 2)
        self.deconv3 = deconvolution_stage(3)
        self.unpool2 = nn.MaxUnpool2d(2, 2)
        self.deconv2 = deconvolution_stage(2)
        self.unpool1 = nn.MaxUnpool2d(2, 2)
        self.deconv1 = deconvolution_stage(1)
        self.seg_score = nn.Conv2d(64, num_classes, 1)
        initialise(self)

    def forward(self, image: Tensor) -> Tensor:
        check_size(image)
        x, switches1 = self.pool1(self.conv1(image))  # (N, 64, 112, 112)
        x, switches2 = self.pool2(self.conv2(x))  # (N, 128, 56, 56)
        x, switches3 = self.pool3(self.conv3(x))  # (N, 256, 28, 28)
        x, switches4 = self.pool4(self.conv4(x))  # (N, 512, 14, 14)
        x, switches5 = self.pool5(self.conv5(x))  # (N, 512, 7, 7)
        x = self.relu6(self.bnfc6(self.fc6(x)))  # (N, 4096, 1, 1)
        x = self.relu7(self.bnfc7(self.fc7(x)))  # (N, 4096, 1, 1)
        x = self.fc6_deconv_relu(self.fc6_deconv_bn(self.fc6_deconv(x)))  # (N, 512, 7, 7)
        x = self.deconv5(self.unpool5(x, switches5))  # (N, 512, 14, 14)
        x = self.deconv4(self.unpool4(x, switches4))  # (N, 256, 28, 28)
        x = self.deconv3(self.unpool3(x, switches3))  # (N, 128, 56, 56)
        x = self.deconv2(self.unpool2(x, switches2))  # (N, 64, 112, 112)
        x = self.deconv1(self.unpool1(x, switches1))  # (N, 64, 224, 224)
        return self.seg_score(x)  # (N, 21, 224, 224)


def initialise(network: nn.Module) -> None:
    """As in the Caffe net: deconvolutions and scores normal (0.01), batch norm's shift 0.001."""
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.constant_(module.bias, 0.001)
        elif isinstance(module, nn.ConvTranspose2d) or name == "seg_score":
            nn.init.normal_(module.get_parameter("weight"), std=0.01)
            nn.init.zeros_(module.get_parameter("bias"))


def check_size(image: Tensor) -> None:
    """A ValueError unless the switches fit: sides that are multiples of 32, at least 224."""
    height, width = image.shape[-2:]
    if height % 32 or width % 32 or min(height, width) < 224:
        raise ValueError(
            f"The image is {height}x{width} pixels and DeconvNet needs sides that are multiples "
            "of 32, at least 224; try 224x224."
        )


class DeconvNetHead(nn.Module):
    """DeconvNet's decoder on the shared trunk: unpooling by switches, then deconvolutions.

    Takes the trunk's maps at strides 2 to 32; returns scores (N, num_classes, H/4, W/4).
    The switches come from 2x2 max pooling of the trunk's own maps at strides 16, 8 and 4. Where the
    decoder is wider than such a map, its switches serve two or three times; a 1x1 convolution
    matches the channels. Nothing else of these maps reaches the decoder, as in the paper.
    Deviations: fc6 is a 3x3 convolution, its deconvolution is left out; three unpoolings, not five;
    two deconvolutions a stage, not three.
    """

    def __init__(self, num_classes: int, *, widths: tuple[int, ...] = (160, 128, 96, 64)) -> None:
        super().__init__()
        _, pool2, pool3, pool4, pool5 = TRUNK_CHANNELS
        fc6, deconv5, deconv4, deconv3 = widths
        self.fc6 = conv_bn_relu(pool5, fc6)
        self.match5 = conv_bn_relu(fc6, pool4, 1)
        self.deconv5 = deconvolutions(pool4, deconv5)
        self.match4 = conv_bn_relu(deconv5, 2 * pool3, 1)
        self.deconv4 = deconvolutions(2 * pool3, deconv4)
        self.match3 = conv_bn_relu(deconv4, 3 * pool2, 1)
        self.deconv3 = deconvolutions(3 * pool2, deconv3)
        self.score = nn.Conv2d(deconv3, num_classes, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        _, pool2, pool3, pool4, pool5 = maps
        x = self.fc6(pool5)  # 160 x H/32 x W/32
        x = self.deconv5(unpool_by_switches(self.match5(x), pool4))  # 128 x H/16 x W/16
        x = self.deconv4(unpool_by_switches(self.match4(x), pool3))  # 96 x H/8 x W/8
        x = self.deconv3(unpool_by_switches(self.match3(x), pool2))  # 64 x H/4 x W/4
        return self.score(x)


def deconvolutions(in_channels: int, out_channels: int) -> nn.Sequential:
    """Two 3x3 stride-1 deconvolutions (which are convolutions), normalised and rectified."""
    return nn.Sequential(
        conv_bn_relu(in_channels, out_channels), conv_bn_relu(out_channels, out_channels)
    )


def unpool_by_switches(x: Tensor, pooled_map: Tensor) -> Tensor:
    """Put `x` (N, n C, h, w) where 2x2 pooling found the maxima of `pooled_map` (N, C, H, W)."""
    _, switches = F.max_pool2d(pooled_map, 2, ceil_mode=True, return_indices=True)
    switches = switches.repeat(1, x.shape[1] // pooled_map.shape[1], 1, 1)
    return F.max_unpool2d(x, switches, [2, 2], output_size=list(pooled_map.shape[-2:]))
