"""Every training run that made a shipped weight file, as a frozen literal."""

from dataclasses import dataclass

from segdemo.models.catalog import ARCHITECTURES


@dataclass(frozen=True)
class SegmentationRecipe:
    """What it takes to train the trunk and its heads again.

    `counts`: folder -> photos drawn an epoch, 0 for all. `crop` (height, width) and `length`, the
    longest side at scale 1, in pixels. `batch` photos a process; learning rates at their peak.
    """

    weights: str
    seed: int
    epochs: int
    counts: dict[str, int]
    start: str | None = None  # weights of the manifest to go on from; None: ImageNet's trunk
    architectures: tuple[str, ...] = tuple(ARCHITECTURES)
    crop: tuple[int, int] = (224, 256)
    length: int = 352
    batch: int = 4
    points: int = 3072
    trunk_rate: float = 2e-4
    head_rate: float = 1e-3
    deep_head_rate: float = 2e-3  # the long decoders learn slowest
    deep_heads: tuple[str, ...] = ("deconvnet", "unet")
    weight_decay: float = 0.02
    warmup_epochs: float = 0.5
    averaging: float = 0.995
    class_balance: float = 0.25
    # The weighted loss shifts every score by the log of its class's weight; shipping takes that
    # back (A. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021) and adds a bonus
    # to `other`, which the labels of a few hundred photos teach least. Chosen on val.
    other_bonus: float = 1.5
    distillation: float = 0.3
    distil_from: int = 3


COUNTS = {"photos": 0, "people": 90, "horses": 80, "camvid11": 60}

SEGMENTATION_RECIPES: dict[str, SegmentationRecipe] = {
    # Ten heads on EfficientNet-Lite0 (the papers: see the heads' modules), from ImageNet.
    # python -m segdemo.training segment --recipe photos --data DIR --devices 2
    # About 3 minutes an epoch on two cores. The shipped weights began with 8 epochs at rates of
    # 3e-4 and 2e-3 (not at these, nor to their end; U-Net and DeconvNet were redesigned after
    # them), which gave FCN-8s 64 % mIoU on val; then came `photos-more`.
    "photos": SegmentationRecipe(weights="photos", seed=1, epochs=22, counts=COUNTS),
    # A further stage, from the shipped weights.
    # python -m segdemo.training segment --recipe photos-more --data DIR --devices 2
    # 56 minutes on two cores that were shared; val mIoU: FCN-8s 72 %, FPN 72 %, U-Net 71 %.
    "photos-more": SegmentationRecipe(
        weights="photos", seed=1, epochs=14, start="photos", counts=COUNTS
    ),
}
