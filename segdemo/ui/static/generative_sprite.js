// A sprite: frames side by side in one picture, of which one is shown, its pixels kept square.

const pictures = {
  // `uri`: a data URI of `count` frames side by side; `label`: what a screen reader says of it.
  sprite(uri, count, label) {
    const node = document.createElement("div");
    node.className = "gen-frame";
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", label);
    node.style.backgroundImage = `url("${uri}")`;
    node.style.backgroundSize = `${count * 100}% 100%`;
    const show = (i) => {
      node.style.backgroundPosition = count > 1 ? `${(100 * i) / (count - 1)}% 0` : "0 0";
    };
    show(0);
    return { node, show };
  },
};
