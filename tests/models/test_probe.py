"""The probe: what it keeps, in which order, and that it leaves no trace."""

import threading

import pytest
import torch
from torch import nn

from segdemo.models.probe import probe, replaced


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 1))


def hooks(module: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in module.modules())


def test_it_keeps_what_modules_return_and_are_given_in_the_order_of_the_calls():
    net, x = network(), torch.randn(1, 3, 5, 6)
    with probe(net, ["2", "0", ""], inputs=["2"]) as seen:
        result = net(x)
    assert list(seen.outputs) == ["0", "2", ""]
    torch.testing.assert_close(seen.outputs["0"], net[0](x))
    torch.testing.assert_close(seen.outputs[""], result)
    torch.testing.assert_close(seen.inputs["2"], net[0](x).relu())


def test_what_happens_later_in_place_does_not_change_what_was_kept():
    net, x = network(), torch.randn(1, 3, 5, 6)
    with probe(net, ["0"]) as seen, torch.no_grad():
        net(x)
    assert (seen.outputs["0"] < 0).any()


def test_the_result_is_the_same_and_the_hooks_are_gone():
    net, x = network(), torch.randn(1, 3, 5, 6)
    before = net(x)
    with probe(net, ["0", "1"], inputs=["0"]):
        assert hooks(net) == 3
        assert torch.equal(net(x), before)
    assert hooks(net) == 0


def test_the_hooks_are_gone_after_an_error_too():
    net = network()
    with pytest.raises(RuntimeError), probe(net, ["0"]), replaced(net, {"1": torch.zeros_like}):
        net(torch.randn(1, 7, 5, 6))
    with pytest.raises(ValueError, match="'9' is not in this Sequential"), probe(net, ["0", "9"]):
        pass
    assert hooks(net) == 0


def test_gradients_pass_through_what_was_kept():
    net, x = network(), torch.randn(1, 3, 5, 6, requires_grad=True)
    with probe(net, ["0"]) as seen:
        net(x)
    (gradient,) = torch.autograd.grad(seen.outputs["0"][0, 0, 1, 2], x)
    rows, columns = gradient[0].abs().sum(0).nonzero(as_tuple=True)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (1, 3, 2, 4)


def test_a_replaced_output_is_what_the_next_module_gets():
    net, x = network(), torch.randn(1, 3, 5, 6)
    with replaced(net, {"1": torch.zeros_like}):
        off = net(x)
    torch.testing.assert_close(off, net[2](torch.zeros(1, 4, 3, 4)))
    assert hooks(net) == 0


def test_another_thread_is_neither_seen_nor_changed():
    net, x = network(), torch.randn(1, 3, 5, 6)
    expected, elsewhere = net(x), []
    with probe(net, ["0"]) as seen, replaced(net, {"1": torch.zeros_like}):
        thread = threading.Thread(target=lambda: elsewhere.append(net(x)))
        thread.start()
        thread.join()
    assert seen.outputs == {}
    torch.testing.assert_close(elsewhere[0], expected)


def test_a_module_that_passes_no_tensor_is_refused_in_a_sentence():
    net = nn.MaxPool2d(2, return_indices=True)
    with pytest.raises(ValueError, match="passes a tuple, not a tensor"), probe(net, [""]):
        net(torch.randn(1, 1, 4, 4))
