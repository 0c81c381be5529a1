"""Measure segdemo against what a user would pick instead: ratios within one run.

    python -m segdemo.benchmark segment     # whole calls, bare networks, libraries' networks
    python -m segdemo.benchmark engines     # the same network by other runtimes

Rows are timed in turn, round after round, so that a noisy machine disturbs all of them alike; the
figure is the median over the rounds. Libraries' networks have untrained weights: time alone.
"""

import argparse
import copy
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import torch
from torch import Tensor, nn

from segdemo.inference import network_of, prepare, segment
from segdemo.models.catalog import ARCHITECTURES

PHOTO_SIZE = (480, 640)
TORCHVISION_SIZE = (520, 693)  # torchvision's transforms: the shorter side to 520
SMP_SIZE = (480, 640)
ROOT = Path(__file__).resolve().parent.parent
Rows = dict[str, Callable[[], object]]


def photo(size: tuple[int, int] = PHOTO_SIZE) -> np.ndarray:
    """A picture that no cache knows: smooth noise, RGB uint8 (H, W, 3)."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 12, 16, generator=generator)
    fine = nn.functional.interpolate(coarse, size, mode="bicubic").clamp(0, 1)
    return (fine[0].permute(1, 2, 0) * 255).byte().numpy()


def timed(rows: Rows, rounds: int) -> dict[str, float]:
    """Median milliseconds of each row, after one round of warming up."""
    spent: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds + 1):
        for name, call in rows.items():
            start = time.perf_counter()
            call()
            spent[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(values[1:]) for name, values in spent.items()}


def print_table(title: str, medians: dict[str, float], unit: str) -> None:
    """A Markdown table of milliseconds and of the ratio to the row named `unit`."""
    print(f"\n| {title} | ms | times {unit} |\n|---|---|---|")
    for name, value in medians.items():
        print(f"| {name} | {value:.0f} | {value / medians[unit]:.2f} |")


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
        "from segdemo.benchmark import photo\n"
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


def benchmark_engines(rounds: int) -> None:
    """`unet` on the trunk by other runtimes: time, start-up, memory, agreement of the masks."""
    image = photo()
    network, x = network_of("photos", ["unet"]), prepare(image)

    class UNetAlone(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, x: Tensor) -> Tensor:
            return self.network(x, ["unet"])["unet"]

    eager = UNetAlone().eval()
    with torch.inference_mode():
        reference = eager(x).argmax(1)
    rows: Rows = {}
    print(
        "| runtime | start-up, s | resident, MB more | agreement of the argmax |\n|---|---|---|---|"
    )
    for title, build in ENGINES.items():
        before, start = resident_now(), time.perf_counter()
        try:
            run = build(eager, x)
            scores = torch.as_tensor(run())
        except (ImportError, RuntimeError) as error:
            print(f"| {title} | not measured: {type(error).__name__} | | |")
            continue
        seconds, more = time.perf_counter() - start, resident_now() - before
        agreement = (scores.argmax(1) == reference).float().mean().item()
        print(f"| {title} | {seconds:.1f} | {more:.0f} | {100 * agreement:.2f} % |")
        rows[title] = run
    print_table("`unet`, bare network by", timed(rows, rounds), "eager, channels last")


def resident_now() -> float:
    """Resident memory of this process, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def eager_contiguous(network: nn.Module, x: Tensor) -> Callable[[], object]:
    """torch as it is, with torch's default layout."""
    plain = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
    return bare_call(plain, x.contiguous())


def compiled(network: nn.Module, x: Tensor) -> Callable[[], object]:
    """torch.compile."""
    return bare_call(torch.compile(network), x)  # type: ignore[arg-type]


def bare_call(network: nn.Module, x: Tensor) -> Callable[[], object]:
    """A forward pass without gradients."""

    def run() -> object:
        with torch.no_grad():
            return network(x)

    return run


def openvino_cpu(network: nn.Module, x: Tensor) -> Callable[[], object]:
    """OpenVINO, float32, two threads."""
    import openvino

    with torch.no_grad():
        model = openvino.convert_model(network, example_input=x)
    settings = {"INFERENCE_NUM_THREADS": 2, "INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.compile_model(model, "CPU", settings)
    array = x.contiguous().numpy()
    return lambda: next(iter(model(array).values()))


def onnx_runtime(network: nn.Module, x: Tensor) -> Callable[[], object]:
    """ONNX Runtime, float32, two threads."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        path = Path(folder) / "unet.onnx"
        torch.onnx.export(network, (x.contiguous(),), path, dynamo=False, input_names=["x"])
        content = path.read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(content, options)
    array = x.contiguous().numpy()
    return lambda: session.run(None, {"x": array})[0]


ENGINES: dict[str, Callable[[nn.Module, Tensor], Callable[[], object]]] = {
    "eager, channels last": bare_call,
    "eager, contiguous": eager_contiguous,
    "OpenVINO": openvino_cpu,
    "ONNX Runtime": onnx_runtime,
    "torch.compile": compiled,
}
BENCHMARKS = {"segment": benchmark_segment, "engines": benchmark_engines}


def main() -> None:
    """Run one benchmark and say on what it was measured."""
    parser = argparse.ArgumentParser(
        prog="python -m segdemo.benchmark", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__,
    )  # fmt: skip
    parser.add_argument("what", choices=BENCHMARKS)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, 2 threads\n")
    BENCHMARKS[arguments.what](arguments.rounds)


if __name__ == "__main__":
    main()
