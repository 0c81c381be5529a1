"""Named intermediate activations of any network, through hooks; `forward` stays as it is.

Modules are named as `named_modules` names them: "heads.fcn8s.score_pool4", or "" for the whole.
Hooks act on calls from their own thread alone, so a network that several threads share can be
looked into by one of them. They are gone when the block ends, also where it ends in an error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import get_ident
from typing import Any

from torch import Tensor, nn


@dataclass(frozen=True)
class Activations:
    """What passed through the probed modules so far, by module name, in the order of the calls.

    Copies, so that what later happens in place doesn't change them; they keep their gradients'
    graph. Of a module that is called more than once, the last call.
    """

    inputs: dict[str, Tensor] = field(default_factory=dict)
    outputs: dict[str, Tensor] = field(default_factory=dict)


@contextmanager
def probe(
    network: nn.Module, outputs: Iterable[str] = (), *, inputs: Iterable[str] = ()
) -> Iterator[Activations]:
    """Within the block, keep what the modules in `outputs` return and those in `inputs` are given.

    >>> network = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    >>> with probe(network, ["0"]) as seen:
    ...     result = network(torch.ones(3))
    >>> seen.outputs["0"].relu().equal(result)
    True

    Only the first positional input is kept. ValueError for a module that isn't there.
    """
    seen, here = Activations(), get_ident()

    def keep_output(name: str, output: Any) -> None:
        if get_ident() == here:
            seen.outputs[name] = copied(name, output)

    def keep_input(name: str, arguments: tuple[Any, ...]) -> None:
        if get_ident() == here:
            seen.inputs[name] = copied(name, arguments[0])

    with ExitStack() as hooks:
        for name in outputs:
            hook = submodule(network, name).register_forward_hook(
                lambda _, __, output, name=name: keep_output(name, output)
            )
            hooks.callback(hook.remove)
        for name in inputs:
            hook = submodule(network, name).register_forward_pre_hook(
                lambda _, arguments, name=name: keep_input(name, arguments)
            )
            hooks.callback(hook.remove)
        yield seen


@contextmanager
def replaced(
    network: nn.Module, replacements: Mapping[str, Callable[[Tensor], Tensor]]
) -> Iterator[None]:
    """Within the block, what the named modules return goes through these functions first.

    So a part can be switched off: `replaced(head, {"norm4": torch.zeros_like})`. ValueError for a
    module that isn't there.
    """
    here = get_ident()

    def changed(change: Callable[[Tensor], Tensor], output: Tensor) -> Tensor:
        return change(output) if get_ident() == here else output

    with ExitStack() as hooks:
        for name, change in replacements.items():
            hook = submodule(network, name).register_forward_hook(
                lambda _, __, output, change=change: changed(change, output)
            )
            hooks.callback(hook.remove)
        yield


def submodule(network: nn.Module, name: str) -> nn.Module:
    """The module of that name; ValueError with those beside it where there is none."""
    try:
        return network.get_submodule(name)
    except AttributeError:
        offered = [known for known, _ in network.named_modules() if known][:20]
        raise ValueError(
            f"module {name!r} is not in this {type(network).__name__}; "
            f"choose one such as {', '.join(offered)}."
        ) from None


def copied(name: str, value: Any) -> Tensor:
    """A copy of a tensor that passed; ValueError for anything else."""
    if not isinstance(value, Tensor):
        raise ValueError(
            f"module {name!r} passes a {type(value).__name__}, not a tensor; "
            "probe one of its parts instead."
        )
    return value.clone()
