"""A network's layers as a table: size, parameters, multiply-adds, receptive field.

Runs the network's structure once on torch's meta device, where tensors have shapes but no
numbers: no memory, no arithmetic, milliseconds even for the largest network. Forward hooks name
the layers; `fields.Tracker` follows what happens inside them and between them (sums,
concatenations, crops), so that branches which merge are taken together, at the widest.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from segdemo.models.fields import Tracker


@dataclass(frozen=True)
class Layer:
    """One call of one layer, in the order of execution; a layer that isn't called has no row.

    `output_size` is (channels, height, width) of one image, or (features,). `parameters` are
    those that training changes, `fixed` those it doesn't (requires_grad is off); a layer that is
    called again, or shares them with an earlier one, has none of its own. `multiply_adds` count
    one for each time a weight is applied, for one image; biases, pools, interpolation and batch
    norm count nothing. `receptive_field` is (height, width) in pixels of the input, the widest of
    any position of the output, not cut off at the border; `jump` (height, width) is how many
    pixels neighbours' fields lie apart, 0 where all see the same. Both are None for an input that
    isn't an image.
    """

    name: str
    kind: str
    output_size: tuple[int, ...]
    parameters: int
    fixed: int
    multiply_adds: int
    receptive_field: tuple[int, int] | None
    jump: tuple[float, float] | None


def layer_table(network: nn.Module, input_size: Sequence[int]) -> list[Layer]:
    """The layers that one input of `input_size`, (channels, height, width), passes through.

    The network is left as it is, on whatever device; it is read as in evaluation (no dropout).
    """
    if not input_size or any(size < 1 for size in input_size):
        raise ValueError(
            f"input_size={tuple(input_size)} must be positive sizes without the batch; "
            "try (3, 224, 224)."
        )
    copy = on_meta(network).eval()
    image = torch.empty(1, *input_size, device="meta")
    tracker = Tracker()
    if len(input_size) == 3:
        tracker.follow(image)
    rows: list[Layer] = []
    watch(copy, tracker, rows)
    with torch.no_grad(), tracker:
        copy(image)
    return rows


def on_meta(network: nn.Module) -> nn.Module:
    """A copy of the network's structure whose tensors are on the meta device; costs no memory."""
    memo: dict[int, Any] = {
        id(tensor): nn.Parameter(torch.empty_like(tensor, device="meta"), tensor.requires_grad)
        for tensor in network.parameters()
    }
    memo |= {id(tensor): torch.empty_like(tensor, device="meta") for tensor in network.buffers()}
    return deepcopy(network, memo)


def watch(network: nn.Module, tracker: Tracker, rows: list[Layer]) -> None:
    """Hook every module so that each one that does something itself adds a row when it is done."""
    elsewhere: list[int] = []  # for each call under way: multiply-adds before it and in its parts
    counted: set[int] = set()

    def start(module: nn.Module, inputs: Any) -> None:
        elsewhere.append(tracker.multiply_adds)

    def finish(name: str, module: nn.Module, output: Any) -> None:
        done = tracker.multiply_adds - elsewhere.pop()
        elsewhere[:] = [count + done for count in elsewhere]
        own = list(module.parameters(recurse=False))
        tensor = first_tensor(output)
        if tensor is None or (list(module.children()) and not own and not done):
            return
        new = {id(parameter): parameter for parameter in own if id(parameter) not in counted}
        counted.update(new)
        field = tracker.field(tensor)
        rows.append(
            Layer(
                name=name,
                kind=type(module).__name__,
                output_size=tuple(tensor.shape[1:]),
                parameters=sum(p.numel() for p in new.values() if p.requires_grad),
                fixed=sum(p.numel() for p in new.values() if not p.requires_grad),
                multiply_adds=done,
                receptive_field=field and (field[0].size, field[1].size),
                jump=field and (field[0].jump, field[1].jump),
            )
        )

    for name, module in network.named_modules():
        module.register_forward_pre_hook(start)
        module.register_forward_hook(
            lambda module, _, output, name=name: finish(name, module, output)
        )


def first_tensor(output: Any) -> Tensor | None:
    """The tensor that a module returned, the first of several; None if there is none."""
    if isinstance(output, dict):
        output = list(output.values())
    if isinstance(output, list | tuple):
        return first_tensor(output[0]) if output else None
    return output if isinstance(output, Tensor) else None
