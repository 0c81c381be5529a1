"""A small convolutional classifier: its classes and features judge what generative models draw.

LeCun, Bottou, Bengio & Haffner, "Gradient-Based Learning Applied to Document Recognition", Proc.
IEEE 1998, figure 2 (LeNet-5).
In: (N, 1, 28, 28) grey in [0, 1]. Out: class scores (N, num_classes); `features` (N, 64).
Deviations: 3x3 padded convolutions with batch normalisation and ReLU, max pooling, one hidden layer
with dropout, softmax; LeNet-5 has 5x5 convolutions, averaging, tanh and radial basis functions.
"""

from torch import Tensor, nn

from segdemo.models.blocks import conv_bn_relu


class Classifier(nn.Module):
    """Two stages of convolution and pooling, 64 features, a linear score."""

    def __init__(self, *, image_size: int = 28, num_classes: int = 10, width: int = 24) -> None:
        super().__init__()
        if image_size % 4:
            raise ValueError(f"image_size={image_size} must be a multiple of 4; try 28.")
        self.conv1 = conv_bn_relu(1, width)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = conv_bn_relu(width, 2 * width)
        self.pool2 = nn.MaxPool2d(2)
        self.hidden = nn.Linear(2 * width * (image_size // 4) ** 2, 64)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.3)
        self.score = nn.Linear(64, num_classes)

    def features(self, image: Tensor) -> Tensor:
        """(N, 64): what the Fréchet distance, precision and recall compare."""
        x = self.pool1(self.conv1(image))  # (N, 24, 14, 14)
        x = self.pool2(self.conv2(x))  # (N, 48, 7, 7)
        return self.relu(self.hidden(x.flatten(1)))  # (N, 64)

    def forward(self, image: Tensor) -> Tensor:
        return self.score(self.dropout(self.features(image)))  # (N, 10)
