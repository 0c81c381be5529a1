"""The benchmark's rows compute the same thing."""

import torch

from segdemo.benchmark.heatmap import in_batches, naively


def test_windows_in_batches_are_the_windows_one_by_one():
    x = torch.rand(1, 3, 256, 288, generator=torch.Generator().manual_seed(0)) * 2 - 1
    one_by_one, batched = naively(x)(), in_batches(x)()
    assert one_by_one.shape == (1, 1000, 2, 3)
    torch.testing.assert_close(one_by_one[0].flatten(1).T, batched, atol=1e-4, rtol=1e-4)
