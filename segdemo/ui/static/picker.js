// The example photos: pressing one makes its name the component's value and tells the server.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

const buttons = [...element.querySelectorAll("button")];
const credit = element.querySelector(".picker-credit");

function mark() {
  credit.textContent = "\u00a0";
  for (const button of buttons) {
    const chosen = button.dataset.name === props.value;
    button.setAttribute("aria-pressed", String(chosen));
    if (chosen) credit.textContent = `Photo: ${button.dataset.credit}`;
  }
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    props.value = button.dataset.name;
    mark();
    trigger("input");
  });
}
watch("value", mark);
mark();
