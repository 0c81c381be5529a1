// What every tab's script may use: the address bar as the page's link, and plotly.js on demand.
// Stands in the page's head, so it is there before any component.

window.segdemo = (() => {
  // Parameters that belong to Gradio or the host, such as __theme, stay where they are.
  const foreign = (name) => name.startsWith("__");

  function current() {
    return new URLSearchParams(location.search).get("tab");
  }

  const remembered = {}; // by tab, the parameters that it had when another was turned to

  // Make the address name a tab, with the parameters that it had when it was last shown.
  function turn(query, tab) {
    const left = query.get("tab");
    const own = [...query].filter(([name]) => !foreign(name) && name !== "tab");
    if (left !== null) remembered[left] = own;
    for (const [name] of own) query.delete(name);
    query.set("tab", tab);
    for (const [name, value] of remembered[tab] ?? []) query.set(name, value);
  }

  // Merge what a tab shows into the address; null takes a parameter out, other tabs' parameters go.
  function link(tab, changes = {}) {
    const address = new URL(location.href);
    const query = address.searchParams;
    if (query.get("tab") !== tab) turn(query, tab);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === undefined) query.delete(name);
      else query.set(name, String(value));
    }
    if (address.href === location.href) return;
    history.replaceState(history.state, "", address);
    // A Space shows the page in a frame, and the frame's host keeps the address people copy.
    if (window.parent !== window) {
      const moved = { queryString: address.search, hash: address.hash };
      window.parent.postMessage(moved, "https://huggingface.co");
    }
  }

  let opened = false;

  // A tab is shown: the address names it. The first tab shows itself when the page opens, before
  // the one that a link names is turned to, and must not take that link's place.
  function select(tab) {
    if (opened || current() === null) link(tab);
    opened = true;
  }

  let plotting = null;

  function plotly() {
    plotting ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("plotly.js", document.baseURI).href;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        plotting = null; // the next plot tries again
        reject(new Error("plotly.js could not be loaded"));
      };
      document.head.append(script);
    });
    return plotting;
  }

  // Plotly.react, and nothing else. Where the page has a <base>, plotly.js writes the page's whole
  // address into what it clips by, and once link() changes the address, the browser fetches the
  // page again for it: so plotly.js sees none.
  function react(Plotly, area, data, layout, config) {
    const base = document.querySelector("base[href]");
    const href = base?.getAttribute("href");
    base?.removeAttribute("href");
    const drawn = Plotly.react(area, data, layout, config);
    base?.setAttribute("href", href);
    return drawn;
  }

  return { current, link, select, plotly, react };
})();
