"""Convolutional autoencoder, and PCA as the linear one; their loss, the summed squared error.

Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", Science 2006,
figure 1: an encoder to a short code, a decoder back. PCA as its linear case: Baldi & Hornik,
"Neural Networks and Principal Component Analysis", Neural Networks 1989.
In: (N, 1, S, S), S = 28 or 64, grey in [0, 1]. Code: (N, latent_dim). Out: (N, 1, S, S), means.
`Encoder` and `Decoder` are also the VAE's, so that only the idea differs between the two.
Deviations: convolutions where the paper stacks fully connected layers, trained end to end from a
random start where it pre-trains layer by layer; SiLU where it has logistic units.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

CODE_MAP = 8  # strided convolutions halve the map until its side is at most this


def map_sizes(image_size: int) -> list[int]:
    """The maps' sides on the way down: 28 -> [28, 14, 7]; 64 -> [64, 32, 16, 8]."""
    sizes = [image_size]
    while sizes[-1] > CODE_MAP:
        if sizes[-1] % 2:
            raise ValueError(
                f"image_size={image_size} must halve evenly down to a side of at most {CODE_MAP}; "
                "try 28 or 64."
            )
        sizes.append(sizes[-1] // 2)
    return sizes


def map_widths(image_size: int, width: int) -> list[int]:
    """The maps' channels beside `map_sizes`: doubling from `width`, at most four times `width`."""
    return [min(width << level, 4 * width) for level in range(len(map_sizes(image_size)))]


class Encoder(nn.Module):
    """Strided convolutions, one hidden layer, `outputs` numbers."""

    def __init__(self, *, image_size: int, outputs: int, width: int = 16, hidden: int = 128):
        super().__init__()
        sizes, widths = map_sizes(image_size), map_widths(image_size, width)
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["stem"] = nn.Conv2d(1, widths[0], 3, padding=1)
        layers["stem_act"] = nn.SiLU()
        for level in range(1, len(sizes)):
            layers[f"down{level}"] = nn.Conv2d(widths[level - 1], widths[level], 4, 2, 1)
            layers[f"down{level}_act"] = nn.SiLU()
        self.convolutions = nn.Sequential(layers)
        self.hidden = nn.Linear(widths[-1] * sizes[-1] ** 2, hidden)
        self.act = nn.SiLU()
        self.code = nn.Linear(hidden, outputs)

    def forward(self, image: Tensor) -> Tensor:
        x = self.convolutions(image)  # (N, 64, 7, 7) of 28x28; (N, 64, 8, 8) of 64x64
        x = self.act(self.hidden(x.flatten(1)))  # (N, 128)
        return self.code(x)  # (N, outputs)


class Decoder(nn.Module):
    """The encoder's mirror: a code to one logit a pixel."""

    def __init__(self, *, image_size: int, latent_dim: int, width: int = 16, hidden: int = 128):
        super().__init__()
        sizes, widths = map_sizes(image_size), map_widths(image_size, width)
        self.hidden = nn.Linear(latent_dim, hidden)
        self.act = nn.SiLU()
        self.start = nn.Linear(hidden, widths[-1] * sizes[-1] ** 2)
        self.start_size = (widths[-1], sizes[-1], sizes[-1])
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["start_act"] = nn.SiLU()
        for level in range(len(sizes) - 1, 0, -1):
            layers[f"up{level}"] = nn.ConvTranspose2d(widths[level], widths[level - 1], 4, 2, 1)
            layers[f"up{level}_act"] = nn.SiLU()
        layers["logits"] = nn.Conv2d(widths[0], 1, 3, padding=1)
        self.convolutions = nn.Sequential(layers)

    def forward(self, z: Tensor) -> Tensor:
        x = self.act(self.hidden(z))  # (N, 128)
        x = self.start(x).unflatten(1, self.start_size)  # (N, 64, 7, 7) or (N, 64, 8, 8)
        return self.convolutions(x)  # (N, 1, S, S), logits


class Autoencoder(nn.Module):
    """Image to code to image, nothing said about how codes are spread."""

    def __init__(self, *, image_size: int, latent_dim: int, width: int = 16, hidden: int = 128):
        super().__init__()
        self.encoder = Encoder(
            image_size=image_size, outputs=latent_dim, width=width, hidden=hidden
        )
        self.decoder = Decoder(
            image_size=image_size, latent_dim=latent_dim, width=width, hidden=hidden
        )

    def encode(self, image: Tensor) -> Tensor:
        """Codes (N, latent_dim) of grey images (N, 1, S, S) in [0, 1]."""
        return self.encoder(image)

    def decode(self, z: Tensor) -> Tensor:
        """Images (N, 1, S, S) in [0, 1] of codes (N, latent_dim)."""
        return torch.sigmoid(self.decoder(z))

    def forward(self, image: Tensor) -> Tensor:
        return self.decode(self.encode(image))


class PCA(nn.Module):
    """The linear autoencoder of least squared error: the mean and `latent_dim` components."""

    mean: Tensor  # (pixels,)
    components: Tensor  # (latent_dim, pixels), orthonormal rows, the largest variance first

    def __init__(self, *, image_size: int, latent_dim: int):
        super().__init__()
        self.image_size = image_size
        self.register_buffer("mean", torch.zeros(image_size**2))
        self.register_buffer("components", torch.zeros(latent_dim, image_size**2))

    def encode(self, image: Tensor) -> Tensor:
        """Codes (N, latent_dim) of grey images (N, 1, S, S)."""
        return (image.flatten(1) - self.mean) @ self.components.T

    def decode(self, z: Tensor) -> Tensor:
        """Images (N, 1, S, S), not clipped: a linear map may leave [0, 1]."""
        pixels = self.mean + z @ self.components
        return pixels.unflatten(1, (1, self.image_size, self.image_size))

    def forward(self, image: Tensor) -> Tensor:
        return self.decode(self.encode(image))

    def fit(self, image: Tensor) -> None:
        """Set mean and components to those of the images (N, 1, S, S), by QR and SVD."""
        pixels, latent_dim = image.flatten(1).double(), self.components.shape[0]
        if len(pixels) <= latent_dim:
            raise ValueError(
                f"{len(pixels)} images can't fit latent_dim={latent_dim}, which must be smaller; "
                "give more images."
            )
        mean = pixels.mean(0)
        root = torch.linalg.qr(pixels - mean, mode="r").R  # (min(N, pixels), pixels)
        rows = torch.linalg.svd(root, full_matrices=False).Vh[:latent_dim]
        # A component's sign is free: let its largest entry be positive.
        largest = rows.gather(1, rows.abs().argmax(1, keepdim=True))
        self.mean.copy_(mean)
        self.components.copy_(rows * largest.sign())


def squared_error(reconstruction: Tensor, image: Tensor) -> Tensor:
    """Summed over pixels, (N, 1, S, S) twice to (N,).

    Up to a constant the nats of a Gaussian with variance 1/2 at each pixel; PCA minimises the same.
    """
    return (reconstruction - image).square().flatten(1).sum(1)
