"""What the shipped generative models scored: the table of the README and of the Models tab.

python -m segdemo.generation.scores

The numbers are those that were measured when the weights were shipped, by the same functions as
`python -m segdemo.training evaluate-generative`; they are read from the manifest.
"""

from collections.abc import Mapping
from typing import Any

from segdemo import weights
from segdemo.generation.shelf import SHELF

HEADERS = (
    "model", "likelihood", "squared error", "times PCA's", "ELBO", "KL", "IW bound",
    "active units", "Fréchet", "precision", "recall", "accuracy",
)  # fmt: skip
MEANING = (
    "Squared error a pixel of grey values in 0-1, reconstructed from the mean code; PCA's of the "
    "same latent size. ELBO, KL and importance-weighted bound (IW, on the negative log-likelihood) "
    "in nats an image, only to be compared between models of one likelihood. Fréchet distance, "
    "precision and recall of samples in the features of this project's own classifier."
)


def rows(entries: Mapping[str, Mapping[str, Any]] | None = None) -> list[list[str]]:
    """A row of texts a model, by HEADERS; what a model has no number for stays empty.

    `entries`: the manifest's, by name; None for those shipped.
    """
    known = {name: weights.entry(name) for name in SHELF.names()} if entries is None else entries
    return [row(name, entry) for name, entry in known.items()]


def row(name: str, entry: Mapping[str, Any]) -> list[str]:
    """One model's texts."""
    scores = entry["metrics"]
    error, pca = scores.get("reconstruction_mse"), scores.get("pca_mse")
    beta = f", β = {entry['beta']:g}" if entry.get("beta", 1.0) != 1.0 else ""
    bound = written(scores, "iw_bound", ".1f")
    if bound:
        bound += f" ± {scores['iw_standard_error']:.1f}"
    return [
        name,
        f"{entry['likelihood'].split(' on ')[0]}{beta}" if "likelihood" in entry else "",
        written(scores, "reconstruction_mse", ".4f"),
        f"{error / pca:.2f}" if error is not None and pca is not None else "",
        written(scores, "elbo", ".1f"),
        written(scores, "kl", ".1f"),
        bound,
        written(scores, "active_units", "d"),
        written(scores, "frechet_classifier_distance", ".0f"),
        written(scores, "precision", ".2f"),
        written(scores, "recall", ".2f"),
        f"{100 * scores['accuracy']:.2f} %" if scores.get("accuracy") is not None else "",
    ]


def written(scores: Mapping[str, Any], name: str, form: str) -> str:
    """A score in a format; nothing where the model has none."""
    value = scores.get(name)
    return "" if value is None else format(value, form)


def markdown() -> str:
    """The table as Markdown."""
    lines = [HEADERS, ["---"] * len(HEADERS)]
    cells = [[f"`{name}`", *others] for name, *others in rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in [*lines, *cells])


if __name__ == "__main__":
    print(markdown())
