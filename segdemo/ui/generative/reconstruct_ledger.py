"""The ledger of a VAE: reconstruction term and KL by dimension, which add up to the total."""

from typing import Any

import gradio as gr
from gradio.components import Component

from segdemo.generation.reconstruct import Account, Reconstruction
from segdemo.ui import tables
from segdemo.ui.models_tab import LATEX
from segdemo.ui.scripts import script

SCRIPTS = ("elements.js", "generative_reconstruct_ledger.js")
DECIMALS = 2
TEXT = r"""
### The ledger: what a VAE pays for this image, in nats

$$-\mathrm{ELBO}(x)=\mathbb{E}_{q(z|x)}\left[-\log p(x|z)\right]+\textstyle\sum_j\mathrm{KL}_j$$

$$\mathrm{KL}_j=\tfrac12\left(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2\right)$$

The first term is the **reconstruction term**; the KL from the prior $\mathcal N(0,1)$ comes by
dimension, and all rows add up to the total. A β-VAE was trained on reconstruction
$+\ \beta\,\mathrm{KL}$. Unless β is 1 that is **not** the ELBO, so both are given. A dimension
whose KL is near 0 carries nothing about this image.
"""
NO_VAE = "Only a VAE has a ledger, and there is none of this data set and latent size yet."


def build() -> list[Component]:
    """The text, the ledger of one VAE at a time, all of them in a table."""
    gr.Markdown(TEXT, latex_delimiters=LATEX)
    ledger = gr.HTML(
        None,
        html_template='<div class="gen-ledger"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="generate-ledger",
        apply_default_css=False,
    )
    return [ledger, gr.HTML(elem_id="generate-totals", apply_default_css=False)]


def shown(made: list[Reconstruction]) -> list[Any]:
    """The ledgers' value and the table of totals."""
    accounts = [(one, one.account) for one in made if one.account is not None]
    if not accounts:
        return [{"ledgers": [], "empty": NO_VAE}, ""]
    return [
        {"ledgers": [ledger(one, account) for one, account in accounts]},
        totals(accounts),
    ]


def ledger(one: Reconstruction, account: Account) -> dict[str, Any]:
    """One ledger as printed: the rows, of which the last is the sum of the others, and remarks."""
    first, *kl, total = account.rows(DECIMALS)
    return {
        "name": one.model.name,
        "title": one.model.title,
        "reconstruction": number(first[1]),
        "kl": [[name, number(value), value] for name, value in kl],
        "total": number(total[1]),
        "remarks": remarks(account),
    }


def remarks(account: Account) -> list[list[str]]:
    """What stands beside the ledger: [term, value, meaning] each."""
    floor = tables.MISSING if account.floor is None else number(account.floor)
    found = [
        ["Likelihood", account.likelihood, account.image_note],
        [
            "Standard error",
            number(account.standard_error),
            f"of the reconstruction term, which is the mean over {account.samples} samples of z",
        ],
        ["Floor of the term", floor, account.floor_note],
        [
            "Term at the mean code",
            number(account.at_mean),
            "where z is the mean: not the expectation that the ELBO has",
        ],
    ]
    if account.beta != 1:
        found.append(
            [
                f"Reconstruction + {account.beta:g} · KL",
                number(account.objective),
                "what training minimised, from unrounded terms; not the ELBO",
            ]
        )
    return found


def totals(accounts: list[tuple[Reconstruction, Account]]) -> str:
    """Every VAE's terms as printed, in one table."""
    rows = []
    for one, account in accounts:
        first, *kl, total = (value for _, value in account.rows(DECIMALS))
        rows.append(
            [
                one.model.title,
                number(first),
                number(round(sum(kl), DECIMALS)),
                number(total),
                f"{account.beta:g}",
                number(total if account.beta == 1 else account.objective),
            ]
        )
    headers = ["Model", "Reconstruction", "KL", "Total, −ELBO", "β", "Reconstruction + β · KL"]
    table = tables.table(headers, rows, caption="All VAEs of this latent size on this image, nats")
    return f"<div class='gen-table'>{table}</div>"


def number(value: float) -> str:
    """As printed, with a true minus sign."""
    return f"{value:.{DECIMALS}f}".replace("-", "−")
