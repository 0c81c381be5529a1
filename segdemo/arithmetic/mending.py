"""The legal setting nearest to an illegal one, in steps of one parameter."""

from collections.abc import Iterator
from dataclasses import replace

from segdemo.arithmetic.rules import AXIS_RULES, FLOORS, Fault, per_axis, settle, unpack
from segdemo.arithmetic.setting import DEFAULTS, PARAMETERS, WEIGHTED, Axis, Changes, Setting

# Among equally near settings the earlier parameter is changed; the input is what a person has.
ORDER = (
    "output_padding",
    "output_size",
    "padding",
    "dilation",
    "kernel_size",
    "stride",
    "input_size",
)
REACH = 128
ROUNDS = 32


def nearest_legal(setting: Setting) -> Changes:
    """The parameters to change, with their new values, to make the setting legal; {} if it is.

    Broken rules are mended one after another, axis by axis, each by the smallest change of one
    number (a step counts 1 in every parameter).
    """
    mended = setting
    for _ in range(ROUNDS):
        fault = settle(mended)
        if not isinstance(fault, Fault):
            return changes(setting, mended)
        remedy = fault.remedy if fault.axis is None else _nearest_step(mended, fault.axis)
        mended = replace(mended, **remedy)
    return changes(setting, _plainest(mended))


def changes(before: Setting, after: Setting) -> Changes:
    """The parameters in which two settings differ, with the values of the second."""
    names = ("operation", "input_size", "kernel_size", *DEFAULTS)
    found = {name: (getattr(before, name), getattr(after, name)) for name in names}
    # As text, since 5.0 == 5 and True == 1, and torch takes one of the two.
    differ = {n: both for n, both in found.items() if repr(both[0]) != repr(both[1])}
    return {name: _as_asked(name, old, new) for name, (old, new) in differ.items()}


def with_value(setting: Setting, name: str, value: int, axis: int | None = None) -> Setting:
    """The setting with one parameter changed, on one axis or (None) on all of them."""
    old = getattr(setting, name)
    if axis is None:
        numbers = (value,) * len(per_axis(setting, name))
    else:
        numbers = per_axis(setting, name)
        numbers = (*numbers[:axis], value, *numbers[axis + 1 :])
    changed: Changes = {name: _as_asked(name, old, numbers)}
    return replace(setting, **changed)


def _as_asked(name: str, old: object, new: object) -> object:
    """One number for all axes where there was one, and they still agree."""
    if not isinstance(new, tuple) or isinstance(old, tuple | list) or len(set(new)) > 1:
        return new
    # torch takes no single number for an unpooling's output of two axes.
    return new if name == "output_size" and len(new) > 1 else new[0]


def _nearest_step(setting: Setting, number: int) -> Changes:
    """The nearest change of one number that breaks fewer of the axis's rules, and no other."""
    axis = unpack(setting)[number]
    broken = _broken(axis)
    for name, value, candidate in _steps(setting, axis):
        if _broken(candidate) < broken:
            return changes(setting, with_value(setting, name, value, number))
    return changes(setting, _plainest(setting))


def _broken(axis: Axis) -> set[str]:
    return {rule for rule, _ in AXIS_RULES[axis.operation](axis)}


def _steps(setting: Setting, axis: Axis) -> Iterator[tuple[str, int, Axis]]:
    """The axis with one parameter moved, the nearest first: parameter, value, axis."""
    known = ("kernel_size", "input_size", *PARAMETERS[setting.operation])
    names = [name for name in ORDER if name in known]
    if setting.output_size is None and "output_size" in names:
        names.remove("output_size")
    if setting.padding == "same":
        names.remove("stride")
    stride_follows = setting.stride is None and setting.operation not in WEIGHTED
    for distance in range(1, REACH):
        for name in names:
            field = {"output_size": "asked_size"}.get(name, name)
            now = axis.pad_left if name == "padding" else getattr(axis, field)
            for value in (now - distance, now + distance):
                if value < FLOORS.get(name, 0):
                    continue
                moved: Changes = {field: value}
                if name == "kernel_size" and stride_follows:
                    moved["stride"] = value
                yield name, value, replace(axis, **moved)


def _plainest(setting: Setting) -> Setting:
    """The last resort: a 1 x 1 kernel at every cell, which every operation takes."""
    plain = replace(
        setting, kernel_size=1, stride=None, padding=0, padding_mode="zeros", dilation=1
    )
    return replace(plain, output_padding=0, ceil_mode=False, output_size=None)
