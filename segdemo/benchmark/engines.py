"""The same network by other runtimes: time, start-up, memory, agreement of the masks."""

import copy
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from segdemo.benchmark.segmentation import photo
from segdemo.benchmark.timing import Rows, print_table, timed
from segdemo.inference import network_of, prepare


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
