// Unseen: hands the server's answers to the sliders, which live in another component.
// Runs as the body of Gradio's js_on_load(element, trigger, props, server, upload, watch).

watch("value", () => props.value && window.segdemo.walk?.(props.value));
