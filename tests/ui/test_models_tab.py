"""The Models tab: every network's layers, and no number that the manifest doesn't hold."""

import gradio as gr
import pytest

from segdemo import weights
from segdemo.generation.shelf import SHELF
from segdemo.models.catalog import ARCHITECTURES
from segdemo.models.papers import PAPER_NETWORKS
from segdemo.ui import models_tab, tables
from segdemo.ui.model_facts import HEAD_OF_PAPER, head_counts, measured, paper_counts


def test_every_paper_has_its_head():
    assert set(HEAD_OF_PAPER) == set(PAPER_NETWORKS)
    assert set(HEAD_OF_PAPER.values()) <= set(ARCHITECTURES)


def test_the_heads_table_holds_the_manifests_accuracies():
    table = models_tab.heads_table()
    for name, architecture in ARCHITECTURES.items():
        assert architecture.title in table
        assert tables.percent(measured(name)["miou"]) in table


def test_the_default_papers_count_is_the_golden_one():
    about, published, ours = models_tab.on_paper("fcn8s_vgg16")
    assert "Long, Shelhamer" in about
    assert tables.count(134_362_751) in published
    assert "<td>404</td>" in published
    assert "FCN-8s on the shared trunk" in ours


def test_silent_layers_are_left_out_and_nothing_is_lost():
    counted = paper_counts("unet_padded")
    assert not {row.kind for row in counted.rows} & {"ReLU", "Dropout"}
    assert counted.parameters == 31_037_698


@pytest.mark.parametrize("name", ["fcn8s", "dilated"])
def test_counted_and_measured_parameters_agree(name):
    assert head_counts(name).parameters == measured(name)["parameters"]


def test_the_trunks_stem_comes_first():
    stem = head_counts("fcn8s").rows[0]
    assert stem.name == "trunk.stem"
    assert stem.parameters == 32 * 3 * 9 + 32
    assert stem.multiply_adds == 32 * 3 * 9 * stem.output_size[1] * stem.output_size[2]


def test_the_dilated_pass_shares_its_parameters():
    again = [row for row in head_counts("dilated").rows if row.kind == "same, dilated"]
    assert again
    assert not any(row.parameters for row in again)


def test_an_unknown_network_is_refused():
    with pytest.raises(gr.Error, match="choose from"):
        models_tab.on_paper("resnet")


def test_the_generative_table_holds_the_manifests_scores():
    table = models_tab.generative_table()
    for name in SHELF.names():
        assert f">{name}<" in table
    bound = weights.entry("digits-vae-16")["metrics"]["iw_bound"]
    assert f">{bound:.1f} ± " in table
    assert "digits val, 10000 images" in table
