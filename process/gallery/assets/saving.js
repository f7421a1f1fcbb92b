// Saving the diagram as it is shown, marks included, as a file of its own.

const SHOWN = ["fill", "stroke", "stroke-width", "opacity", "stop-color"]; // style properties that the page may have changed
const PNG_WIDTH = 2400; // pixels

// The diagram as standalone SVG: what style sheets say here stands in attributes there, which every program reads.
function standalone() {
  const original = picture();
  const copy = original.cloneNode(true);
  const copies = [...copy.querySelectorAll("*")];
  [...original.querySelectorAll("*")].forEach((element, number) => {
    if (!element.matches("path, polygon, ellipse, text, stop")) return;
    const style = getComputedStyle(element);
    for (const name of SHOWN) copies[number].setAttribute(name, style.getPropertyValue(name));
  });
  for (const name of ["style", "class", "aria-label", "data-lang", "data-label"]) copy.removeAttribute(name);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

async function save(type) {
  const svg = new Blob([standalone()], { type: "image/svg+xml" });
  download(type === "svg" ? svg : await asPng(svg), type);
}

async function asPng(svg) {
  const { width, height } = picture().viewBox.baseVal;
  const address = URL.createObjectURL(svg);
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = make("canvas", { width: PNG_WIDTH, height: Math.round((PNG_WIDTH * height) / width) });
  const context = canvas.getContext("2d");
  context.fillStyle = getComputedStyle($("pane")).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function download(blob, type) {
  const state = path.index === null ? "overview" : stateOf(path.index).name;
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: `${state}.${path.lang}.${type}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
