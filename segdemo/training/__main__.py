"""The command line of training: segment, evaluate, ship.

python -m segdemo.training segment --recipe photos --data DIR
python -m segdemo.training evaluate --weights photos --data DIR/photos --split val --json
python -m segdemo.training ship --recipe photos --data DIR
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def main(argv: list[str] | None = None) -> int:
    """Parse the arguments and run one command; a ValueError below becomes a sentence."""
    arguments = parser().parse_args(argv)
    try:
        COMMANDS[arguments.command](arguments)
    except (ValueError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="python -m segdemo.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True)
    segment = commands.add_parser("segment", help="train the trunk and its heads")
    ship = commands.add_parser("ship", help="write the best epoch to weights/, scored on val")
    for command in (segment, ship):
        command.add_argument("--recipe", default="photos")
        command.add_argument("--data", type=Path, required=True, help="holds photos/, people/, ...")
        command.add_argument("--checkpoints", type=Path, default=Path(".checkpoints"))
    segment.add_argument("--devices", type=int, default=1, help="processes on a CPU, or GPUs")
    evaluate = commands.add_parser("evaluate", help="score a weight file on a labelled folder")
    evaluate.add_argument("--weights", default="photos")
    evaluate.add_argument("--data", type=Path, required=True, help="images/, labels/, SPLIT.txt")
    evaluate.add_argument("--split", default="val")
    evaluate.add_argument("--json", action="store_true", help="one JSON object on standard output")
    evaluate.add_argument("--masks", type=Path, help="write index PNGs to MASKS/ARCHITECTURE/")
    return top


def run_segment(arguments: argparse.Namespace) -> None:
    """Train, in one process a device (two processes of one thread each suit two cores)."""
    import torch
    from lightning_fabric import Fabric

    from segdemo.training.recipes import SEGMENTATION_RECIPES
    from segdemo.training.segmentation import train

    recipe = chosen(SEGMENTATION_RECIPES, arguments.recipe)
    strategy = "ddp" if arguments.devices > 1 else "auto"
    fabric = Fabric(devices=arguments.devices, strategy=strategy)
    fabric.launch()
    if fabric.device.type == "cpu" and arguments.devices > 1:
        torch.set_num_threads(1)
    best = train(recipe, arguments.data, arguments.checkpoints / arguments.recipe, fabric)
    fabric.print(f"the best epoch's weights lie in {best}", file=sys.stderr)


def run_evaluate(arguments: argparse.Namespace) -> None:
    """Score; progress goes to standard error."""
    from segdemo.training.evaluation import evaluate

    result = evaluate(arguments.weights, arguments.data, arguments.split, arguments.masks)
    print(json.dumps(result) if arguments.json else table(result["architectures"]))


def run_ship(arguments: argparse.Namespace) -> None:
    """Write weights and manifest; print the scores."""
    from segdemo.training.recipes import SEGMENTATION_RECIPES
    from segdemo.training.ship import ship_segmentation

    chosen(SEGMENTATION_RECIPES, arguments.recipe)
    entry = ship_segmentation(arguments.recipe, arguments.checkpoints, arguments.data)
    print(table(entry["metrics"]["architectures"]))


def chosen(recipes: dict[str, Any], name: str) -> Any:
    """The recipe of that name, or a ValueError that lists the names."""
    if name not in recipes:
        raise ValueError(f"recipe {name!r} is not known; choose from {', '.join(recipes)}.")
    return recipes[name]


def table(scores: dict[str, dict[str, Any]]) -> str:
    """A Markdown table of the scores, in percent, millions and billions."""
    lines = [
        "| architecture | pixel acc. % | mIoU % | boundary F % | parameters, M | head, M | GMAC |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, s in scores.items():
        percent = " | ".join(f"{100 * s[k]:.1f}" for k in ("pixel_accuracy", "miou", "boundary_f"))
        sizes = f"{s['parameters'] / 1e6:.2f} | {s['head_parameters'] / 1e6:.2f}"
        lines.append(f"| `{name}` | {percent} | {sizes} | {s['multiply_adds'] / 1e9:.2f} |")
    return "\n".join(lines)


COMMANDS = {"segment": run_segment, "evaluate": run_evaluate, "ship": run_ship}

if __name__ == "__main__":
    sys.exit(main())
