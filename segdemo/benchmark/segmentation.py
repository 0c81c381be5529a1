"""Segmenting a photo: whole calls, bare networks, what libraries offer instead, memory, start.

Libraries' networks have untrained weights: time alone.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import torch
from torch import nn

from segdemo.benchmark.timing import Rows, print_table, timed
from segdemo.inference import network_of, prepare, segment
from segdemo.models.catalog import ARCHITECTURES

PHOTO_SIZE = (480, 640)
TORCHVISION_SIZE = (520, 693)  # torchvision's transforms: the shorter side to 520
SMP_SIZE = (480, 640)
ROOT = Path(__file__).resolve().parent.parent.parent


def photo(size: tuple[int, int] = PHOTO_SIZE) -> np.ndarray:
    """A picture that no cache knows: smooth noise, RGB uint8 (H, W, 3)."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 12, 16, generator=generator)
    fine = nn.functional.interpolate(coarse, size, mode="bicubic").clamp(0, 1)
    return (fine[0].permute(1, 2, 0) * 255).byte().numpy()


def bare(network: nn.Module, size: tuple[int, int]) -> Callable[[], object]:
    """One forward pass of a library's network, eval mode, channels last, photo of `size`."""
    network = network.eval().to(memory_format=torch.channels_last)
    x = torch.rand(1, 3, *size).contiguous(memory_format=torch.channels_last)

    def run() -> object:
        with torch.inference_mode():
            return network(x)

    return run


def bare_heads(names: list[str], image: np.ndarray) -> Callable[[], object]:
    """Trunk and heads alone, on the photo at its working size."""
    network, x = network_of("photos", names), prepare(image)

    def run() -> object:
        with torch.inference_mode():
            return network(x, names)

    return run


def library_networks() -> Rows:
    """What a user would pick instead, at the sizes of the libraries' own transforms."""
    import segmentation_models_pytorch as smp
    from torchvision.models import segmentation as zoo

    rows = {
        f"torchvision {name}": bare(
            getattr(zoo, name)(weights=None, weights_backbone=None), TORCHVISION_SIZE
        )
        for name in (
            "lraspp_mobilenet_v3_large",
            "deeplabv3_mobilenet_v3_large",
            "fcn_resnet50",
            "deeplabv3_resnet50",
        )
    }
    unet = smp.Unet("resnet34", encoder_weights=None, classes=22)
    return {**rows, "smp Unet(resnet34)": bare(unet, SMP_SIZE)}


def resident_megabytes(names: list[str]) -> float:
    """Peak resident memory (Linux) of a fresh process that segments one photo by `names`."""
    code = (
        "import sys, gradio\n"
        "from segdemo.benchmark.segmentation import photo\n"
        "from segdemo.inference import segment\n"
        "segment(photo(), sys.argv[1:])\n"
        "status = open('/proc/self/status').read()\n"
        "print(int(status.split('VmHWM:')[1].split()[0]) / 1024)"
    )
    command = [sys.executable, "-c", code, *names]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(found.stdout.split()[-1])


def seconds_to_first_answer() -> tuple[float, float]:
    """Seconds from `python app.py` to the page, and to the first photo segmented by `unet`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    start = time.perf_counter()
    app = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                urlopen(address, timeout=5).read()
                break
            except OSError:
                time.sleep(0.05)
        page = time.perf_counter() - start
        ask = (
            "import sys; from gradio_client import Client, handle_file\n"
            "import time; client = Client(sys.argv[1], verbose=False)\n"
            "start = time.perf_counter()\n"
            "client.predict(handle_file(sys.argv[2]), ['unet'], api_name='/segment')\n"
            "print(time.perf_counter() - start)"
        )
        example = next((ROOT / "segdemo" / "ui" / "examples").glob("*.jpg"))
        answer = subprocess.run(
            [sys.executable, "-c", ask, address, str(example)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return page, page + float(answer.stdout.split()[-1])
    finally:
        app.terminate()
        app.wait()


def benchmark_segment(rounds: int) -> None:
    """The rows of the README's speed table."""
    image, ten = photo(), list(ARCHITECTURES)
    rows: Rows = {
        "`unet`, whole call": lambda: segment(image, ["unet"]),
        "`unet`, bare network": bare_heads(["unet"], image),
        "all ten, whole call": lambda: segment(image, ten),
        "all ten, bare network": bare_heads(ten, image),
        **library_networks(),
    }
    print_table("a 640x480 photo", timed(rows, rounds), "`unet`, whole call")
    each: Rows = {f"`{name}`": partial(segment, image, [name]) for name in ten}
    print_table("whole call of", timed(each, rounds), "`unet`")
    print("\n| resident memory, peak | MB |\n|---|---|")
    for title, names in (("after `unet`", ["unet"]), ("after all ten", ten)):
        print(f"| {title}, gradio imported | {resident_megabytes(names):.0f} |")
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio, torch"], check=True)
    imports = time.perf_counter() - start
    page, answer = seconds_to_first_answer()
    print("\n| from `python app.py` to | s |\n|---|---|")
    print(f"| gradio and torch imported, nothing else | {imports:.1f} |")
    print(f"| the page | {page:.1f} |\n| the first photo segmented by `unet` | {answer:.1f} |")
