"""The Models tab: the heads on the shared trunk, each paper's own network, generative models."""

import gradio as gr

from segdemo import weights
from segdemo.generation import scores
from segdemo.generation.shelf import SHELF
from segdemo.models.catalog import ARCHITECTURES
from segdemo.models.papers import PAPER_NETWORKS
from segdemo.ui import tables
from segdemo.ui.model_facts import (
    HEAD_OF_PAPER,
    WEIGHTS,
    Counted,
    Row,
    head_counts,
    measured,
    measured_on,
    paper_counts,
)
from segdemo.ui.tab import Opening

TITLE = "Models"
DEFAULT_PAPER = "fcn8s_vgg16"
HEADS_TEXT = r"""
## One trunk, many heads

All architectures read the same trunk, EfficientNet-Lite0, and were trained together on the same
photos, so their scores differ by the paper's idea alone. Parameters and multiply-adds count trunk
and head; accuracies were measured on photos that no training saw. The mean intersection over union
goes over the $C$ classes that these photos hold, from all their pixels together:

$$\mathrm{{IoU}}_c = \frac{{\mathrm{{TP}}_c}}
{{\mathrm{{TP}}_c + \mathrm{{FP}}_c + \mathrm{{FN}}_c}}$$

$$\mathrm{{mIoU}} = \frac{{1}}{{C}} \sum_c \mathrm{{IoU}}_c$$

Trained on: {trained}
"""
PAPERS_TEXT = """
## The papers' own networks

Built as published, to inspect (the padded U-Net is the variant that everybody uses): they hold
dozens of times the parameters of a head with its trunk. Compare where the output size shrinks,
where most multiply-adds are spent, and how the receptive field grows: how many pixels of the
input, across, one position of a layer sees.
"""
GENERATIVE_TEXT = """
## Generative models

The autoencoders and VAEs of a data set have the same layers and were trained on the same images, so
their scores differ by the idea. They were measured on images that no training saw.
"""
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
LAYER_HEADERS = ["Layer", "Kind", "Output size", "Parameters", "Multiply-adds", "Field"]


def heads_table() -> str:
    """The architectures on the shared trunk as an HTML table."""
    rows = []
    for name, architecture in ARCHITECTURES.items():
        known = measured(name)
        rows.append(
            [
                architecture.title,
                architecture.paper,
                architecture.idea,
                tables.scaled(known.get("parameters")),
                tables.scaled(known.get("multiply_adds")),
                tables.percent(known.get("pixel_accuracy")),
                tables.percent(known.get("miou")),
            ]
        )
    headers = ["Architecture", "Paper", "Idea", "Parameters", "Multiply-adds"]
    return tables.table(
        [*headers, "Pixels right", "mIoU"],
        rows,
        caption=f"Heads on the shared trunk. Measured on: {measured_on() or 'not measured yet'}.",
        words=3,
    )


def generative_table() -> str:
    """The autoencoders, VAEs, GANs and classifiers with what they scored, as an HTML table."""
    splits = dict.fromkeys(weights.entry(name)["metrics"]["split"] for name in SHELF.names())
    headers = [header[0].upper() + header[1:] for header in scores.HEADERS]
    caption = f"{scores.MEANING} Measured on: {'; '.join(splits)}."
    return tables.table(headers, scores.rows(), caption=caption, words=2)


def layers_table(counted: Counted, caption: str) -> str:
    """A network's layers as an HTML table."""
    fixed = f" and {tables.count(counted.fixed)} fixed" if counted.fixed else ""
    total = f"{tables.count(counted.parameters)} parameters{fixed}, "
    total += f"{tables.scaled(counted.multiply_adds)} multiply-adds"
    return tables.table(
        LAYER_HEADERS,
        [_layer_cells(row) for row in counted.rows],
        caption=f"{caption}, input {tables.size(counted.input_size)}: {total}.",
        words=2,
    )


def _layer_cells(row: Row) -> list[str]:
    """One row's cells; a count of nothing stays empty."""
    fixed = f"{tables.count(row.fixed)} fixed" if row.fixed else ""
    return [
        row.name.removeprefix("heads."),
        row.kind,
        tables.size(row.output_size),
        tables.count(row.parameters) if row.parameters else fixed,
        tables.scaled(row.multiply_adds) if row.multiply_adds else "",
        tables.square(row.receptive_field),
    ]


def on_paper(name: str) -> tuple[str, str, str]:
    """What a paper's network is, its layers, and those of its head with the shared trunk."""
    if name not in PAPER_NETWORKS:
        raise gr.Error(f"network {name!r} is not known; choose from {', '.join(PAPER_NETWORKS)}.")
    network, head = PAPER_NETWORKS[name], HEAD_OF_PAPER[name]
    about = f"{network.description} *{network.citation}.*"
    title = f"{ARCHITECTURES[head].title} on the shared trunk"
    return (
        about,
        layers_table(paper_counts(name), f"{network_title(name)} as published"),
        layers_table(head_counts(head), title),
    )


def network_title(name: str) -> str:
    """A paper network's name for reading."""
    titles = {
        "dilated_large_vgg16": "Dilated, large context, on VGG16",
        "unet_2015": "U-Net (2015)",
        "unet_padded": "U-Net, padded variant",
    }
    return titles.get(name, f"{ARCHITECTURES[HEAD_OF_PAPER[name]].title} on VGG16")


def warm_up() -> None:
    """Count the default network's layers, which builds its structure once."""
    on_paper(DEFAULT_PAPER)


def build() -> Opening:
    """Lay the tab out; it opens with the default paper's layers."""
    trained = weights.entry(WEIGHTS).get("dataset", WEIGHTS)
    gr.Markdown(HEADS_TEXT.format(trained=trained), latex_delimiters=LATEX)
    gr.HTML(heads_table(), apply_default_css=False)
    gr.Markdown(PAPERS_TEXT)
    paper = gr.Dropdown(
        [(network_title(name), name) for name in PAPER_NETWORKS],
        value=DEFAULT_PAPER,
        label="Paper's network",
        info="Its layers stand beside those of the head that carries its idea.",
        elem_classes="narrow",
    )
    about = gr.Markdown()
    with gr.Row(elem_classes="halves"):
        published = gr.HTML(apply_default_css=False)
        ours = gr.HTML(apply_default_css=False)
    gr.Markdown(GENERATIVE_TEXT)
    gr.HTML(generative_table(), apply_default_css=False)
    shown = [about, published, ours]
    paper.input(on_paper, paper, shown, api_visibility="private", show_progress="hidden")
    return Opening(on_paper, [paper], shown)
