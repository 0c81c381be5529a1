"""The command line of the benchmarks.

python -m segdemo.benchmark segment     # whole calls, bare networks, libraries' networks
python -m segdemo.benchmark engines     # the same network by other runtimes
python -m segdemo.benchmark inside      # each view of Look inside, at another pixel
python -m segdemo.benchmark convolution # recomputing a setting of the convolution explorer
python -m segdemo.benchmark heatmap     # a classifier slid over a photo, against one pass
python -m segdemo.benchmark generative  # interpolation, a slider, reconstruction, by data set
"""

import argparse
import os
import platform
from collections.abc import Callable

import torch

from segdemo.benchmark.convolution import benchmark_convolution
from segdemo.benchmark.engines import benchmark_engines
from segdemo.benchmark.generative import benchmark_generative
from segdemo.benchmark.heatmap import benchmark_heatmap
from segdemo.benchmark.inside import benchmark_inside
from segdemo.benchmark.segmentation import benchmark_segment

BENCHMARKS: dict[str, Callable[[int], None]] = {
    "segment": benchmark_segment,
    "engines": benchmark_engines,
    "inside": benchmark_inside,
    "convolution": benchmark_convolution,
    "heatmap": benchmark_heatmap,
    "generative": benchmark_generative,
}


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
