"""The command line of training: segment, evaluate, ship; the same for generative models.

python -m segdemo.training segment --recipe photos --data DIR
python -m segdemo.training evaluate --weights photos --data DIR/photos --split val --json
python -m segdemo.training ship --recipe photos --data DIR
python -m segdemo.training generate --recipe digits-vae-16 --data DIR
python -m segdemo.training evaluate-generative --weights digits-vae-16 --data FILE.npz --json
python -m segdemo.training ship-generative --recipe digits-vae-16 --data DIR
python -m segdemo.training ship-imagenet
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
    add_generative(commands)
    imagenet = commands.add_parser("ship-imagenet", help="write the ImageNet classifier's weights")
    imagenet.add_argument("--photos", type=Path, help="JPEGs to compare on; default: the examples")
    return top


def add_generative(commands: Any) -> None:
    """The commands of autoencoders, VAEs, GANs and their judges."""
    generate = commands.add_parser("generate", help="train a generative model, score it on val")
    ship = commands.add_parser("ship-generative", help="write a run to weights/, scored on val")
    for command in (generate, ship):
        command.add_argument("--recipe", required=True, help="DATA-MODEL-LATENT")
        command.add_argument("--data", type=Path, required=True, help="holds mnist_train.npz, ...")
        command.add_argument("--checkpoints", type=Path, default=Path(".checkpoints"))
    generate.add_argument("--devices", type=int, default=1, help="processes on a CPU, or GPUs")
    evaluate = commands.add_parser("evaluate-generative", help="score a weight file on images")
    evaluate.add_argument("--weights", required=True)
    evaluate.add_argument("--data", type=Path, required=True, help="npz with images and labels")
    evaluate.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run_segment(arguments: argparse.Namespace) -> None:
    """Train, in one process a device (two processes of one thread each suit two cores)."""
    from segdemo.training.recipes import SEGMENTATION_RECIPES
    from segdemo.training.segmentation import train

    recipe = chosen(SEGMENTATION_RECIPES, arguments.recipe)
    fabric = launched(arguments.devices)
    best = train(recipe, arguments.data, arguments.checkpoints / arguments.recipe, fabric)
    fabric.print(f"the best epoch's weights lie in {best}", file=sys.stderr)


def launched(devices: int) -> Any:
    """A Fabric of one process a device, one thread each where several share a CPU."""
    import torch
    from lightning_fabric import Fabric

    fabric = Fabric(devices=devices, strategy="ddp" if devices > 1 else "auto")
    fabric.launch()
    if fabric.device.type == "cpu" and devices > 1:
        torch.set_num_threads(1)
    return fabric


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


def run_generate(arguments: argparse.Namespace) -> None:
    """Train, then print the scores on val; null where the PCA or classifier isn't shipped yet."""
    from segdemo.training.evaluate_generative import evaluate_checkpoint
    from segdemo.training.generative import train
    from segdemo.training.generative_recipes import GENERATIVE_RECIPES

    name = arguments.recipe
    recipe = chosen(GENERATIVE_RECIPES, name)
    fabric = launched(arguments.devices)
    best = train(recipe, arguments.data, arguments.checkpoints / name, fabric)
    if fabric.global_rank == 0:
        print(json.dumps(evaluate_checkpoint(name, best, arguments.data)))


def run_evaluate_generative(arguments: argparse.Namespace) -> None:
    """Score; progress goes to standard error."""
    from segdemo.training.evaluate_generative import evaluate_generative

    print_scores(evaluate_generative(arguments.weights, arguments.data), arguments.json)


def run_ship_generative(arguments: argparse.Namespace) -> None:
    """Write weights and manifest; print the scores."""
    from segdemo.training.generative_recipes import GENERATIVE_RECIPES
    from segdemo.training.ship_generative import ship_generative

    chosen(GENERATIVE_RECIPES, arguments.recipe)
    entry = ship_generative(arguments.recipe, arguments.checkpoints, arguments.data)
    print_scores(entry["metrics"], as_json=False)


def run_ship_imagenet(arguments: argparse.Namespace) -> None:
    """Write weights and manifest; print how the float16 weights agree with the original."""
    from segdemo.training.ship_imagenet import PHOTOS, ship_imagenet

    print_scores(ship_imagenet(arguments.photos or PHOTOS)["metrics"], as_json=False)


def print_scores(scores: dict[str, Any], as_json: bool) -> None:
    """One JSON object, or a line a score."""
    lines = "\n".join(f"{name}: {value}" for name, value in scores.items())
    print(json.dumps(scores) if as_json else lines)


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


COMMANDS = {
    "segment": run_segment,
    "evaluate": run_evaluate,
    "ship": run_ship,
    "generate": run_generate,
    "evaluate-generative": run_evaluate_generative,
    "ship-generative": run_ship_generative,
    "ship-imagenet": run_ship_imagenet,
}

if __name__ == "__main__":
    sys.exit(main())
