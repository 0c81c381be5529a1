// Writes the component's value, a tab's state, to the address bar while that tab is shown.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

let written = []; // the parameters that came from here last time; one not named again goes

function write() {
  if (!props.value) return;
  const { tab, ...state } = props.value;
  const shown = window.segdemo.current();
  if (shown !== null && shown !== tab) return;
  const gone = written.filter((name) => !(name in state)).map((name) => [name, null]);
  window.segdemo.link(tab, { ...Object.fromEntries(gone), ...state });
  written = Object.keys(state);
}

watch("value", write);
