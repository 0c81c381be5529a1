// Makes the browser save the file that the component's value holds.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

function save() {
  if (!props.value) return;
  const { name, kind, content } = props.value;
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(new Blob([bytes], { type: kind }));
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60000);
}

watch("value", save);
