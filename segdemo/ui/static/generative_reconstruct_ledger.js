// The ledger of one VAE at a time: rows that add up, KL as bars, remarks beside them.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const root = element.querySelector(".gen-ledger");
let chosen = new URLSearchParams(location.search).get("ledger"); // a model's name

function row(term, nats, bar = "", style = "") {
  const filled = make("td", { class: "gen-kl-cell" }, bar);
  return make("tr", { class: style }, make("th", { scope: "row" }, term), filled, make("td", {}, nats));
}

function bar(share) {
  const node = make("span", { class: "gen-kl-bar" });
  node.style.width = `${100 * Math.max(0, share)}%`;
  return node;
}

function ledgerTable({ reconstruction, kl, total }) {
  const most = Math.max(...kl.map(([, , value]) => value), 1e-9);
  const heads = ["Term", "", "nats"].map((text) => make("th", { scope: "col" }, text));
  return make(
    "table",
    { class: "gen-ledger-table" },
    make("thead", {}, make("tr", {}, ...heads)),
    make(
      "tbody",
      {},
      row("Reconstruction", reconstruction),
      ...kl.map(([name, nats, value]) => row(`KL of ${name}`, nats, bar(value / most))),
      row("Total, −ELBO", total, "", "gen-total"),
    ),
  );
}

function remarkList(remarks) {
  const pairs = remarks.flatMap(([term, value, meaning]) => [
    make("dt", {}, term, ": ", make("strong", {}, value)),
    make("dd", {}, meaning),
  ]);
  return make("dl", { class: "gen-remarks" }, ...pairs);
}

function update() {
  if (!props.value) return;
  const { ledgers, empty } = props.value;
  root.dataset.state = "ready";
  if (!ledgers.length) return root.replaceChildren(make("p", { class: "gen-empty" }, empty));
  const shown = ledgers.find(({ name }) => name === chosen) ?? ledgers.find(({ title }) => title === "VAE") ?? ledgers[0];
  const titles = Object.fromEntries(ledgers.map(({ name, title }) => [name, title]));
  const choice = choiceOf("Ledger of", titles, shown.name, (name) => {
    chosen = name;
    window.segdemo.link("generate", { ledger: name });
    update();
    root.querySelector("input:checked")?.focus();
  });
  const choosing = make("div", { class: "gen-choose" }, make("strong", {}, "Ledger of"), choice);
  choosing.hidden = ledgers.length < 2;
  const columns = make("div", { class: "gen-ledger-columns" }, ledgerTable(shown), remarkList(shown.remarks));
  root.replaceChildren(choosing, columns);
}

watch("value", update);
update();
