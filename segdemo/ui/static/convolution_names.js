// The names of the transposed convolution: pressing one opens the view that justifies it.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

for (const button of element.querySelectorAll("button")) {
  button.addEventListener("click", () => {
    const { view, reading, preset } = button.dataset;
    const stage = document.querySelector(".cv-stage");
    const open = () => document.dispatchEvent(new CustomEvent("convolution-view", { detail: { view, reading } }));
    stage.scrollIntoView({ block: "start", behavior: "smooth" });
    if (stage.dataset.operation === "conv_transpose") return open();
    // A transposed layer first; its numbers come from the server, and the view opens with them.
    document.addEventListener("convolution-shown", open, { once: true });
    document.dispatchEvent(new CustomEvent("convolution-preset", { detail: preset }));
  });
}
