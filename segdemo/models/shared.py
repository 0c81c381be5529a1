"""One trunk, many heads: the network that is trained and run as a whole."""

from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor, nn

from segdemo.models.catalog import ARCHITECTURES, DILATED, STRIDED, with_sources
from segdemo.models.trunk import Trunk

DILATED_STRIDE = 16

# A head's scores (N, C, h, w), or the trunk's five maps as a tuple.
Maps = Any


class SharedTrunkNetwork(nn.Module):
    """The trunk and a head for each of `architectures` (and for those whose scores they read)."""

    def __init__(self, architectures: Iterable[str], *, num_classes: int) -> None:
        super().__init__()
        names = list(architectures)
        unknown = [name for name in names if name not in ARCHITECTURES]
        if unknown:
            raise ValueError(
                f"architecture {unknown[0]!r} is not known; choose from {', '.join(ARCHITECTURES)}."
            )
        self.trunk = Trunk()
        self.heads = nn.ModuleDict(
            {name: ARCHITECTURES[name].build(num_classes) for name in with_sources(names)}
        )

    def forward(self, image: Tensor, names: Iterable[str] | None = None) -> dict[str, Tensor]:
        """Scores of `names` (default: all heads) for (N, 3, H, W), each at its own stride."""
        wanted = list(self.heads if names is None else names)
        outputs = dict(self.steps(image, wanted))
        return {name: outputs[name] for name in wanted}

    def steps(self, image: Tensor, names: Iterable[str]) -> Iterator[tuple[str, Maps]]:
        """What `forward` computes, step by step: (STRIDED, maps), (DILATED, maps), (name, scores).

        Shared work runs once: the strided pass for all, the dilated pass where a head reads it, a
        head whose scores another reads.
        """
        chain = with_sources(list(names))
        outputs: dict[str, Maps] = {STRIDED: (maps := self.trunk(image))}
        yield STRIDED, maps
        if any(ARCHITECTURES[name].reads == DILATED for name in chain):
            outputs[DILATED] = self.trunk.dilated(maps, DILATED_STRIDE)
            yield DILATED, outputs[DILATED]
        for name in chain:
            outputs[name] = self.heads[name](outputs[ARCHITECTURES[name].reads])
            yield name, outputs[name]
