"""The table of scores says what the manifest says, and nothing where it says nothing."""

from segdemo.generation import scores

ENTRY = {
    "likelihood": "Bernoulli on dynamically binarised pixels",
    "beta": 4.0,
    "metrics": {
        "reconstruction_mse": 0.012, "pca_mse": 0.024, "elbo": -105.74, "kl": 11.2,
        "iw_bound": 92.88, "iw_standard_error": 0.76, "active_units": 16,
        "frechet_classifier_distance": None,
    },
}  # fmt: skip


def test_a_row_holds_a_models_numbers_under_their_headers():
    made = dict(zip(scores.HEADERS, scores.row("digits-betavae4-16", ENTRY), strict=True))
    assert made["likelihood"] == "Bernoulli, β = 4"
    assert (made["squared error"], made["times PCA's"]) == ("0.0120", "0.50")
    assert (made["ELBO"], made["IW bound"]) == ("-105.7", "92.9 ± 0.8")
    assert made["Fréchet"] == made["accuracy"] == ""


def test_a_classifier_has_its_accuracy_alone():
    made = scores.row("digits-classifier", {"metrics": {"accuracy": 0.9901}})
    assert made == ["digits-classifier", *[""] * 10, "99.01 %"]


def test_the_markdown_has_a_line_a_model():
    lines = scores.markdown().splitlines()
    assert len(lines) == 2 + len(scores.rows())
    assert len({line.count("|") for line in lines}) == 1
