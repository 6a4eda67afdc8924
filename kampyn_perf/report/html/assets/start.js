equip(document);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);
addEventListener("resize", resize);
// Paper is white, and narrower than a screen.
const onPaper = (on) => () => { document.documentElement.toggleAttribute("data-paper", on); rebuild(); };
addEventListener("beforeprint", onPaper(true));
addEventListener("afterprint", onPaper(false));
build();
if ("live" in document.body.dataset) listen();
