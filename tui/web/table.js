"use strict";
// Gives the table the keys, and offers to sit down again when it has ended.
addEventListener("load", () => {
  const keys = () => document.querySelector(".xterm-helper-textarea")?.focus();
  new MutationObserver(keys).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  addEventListener("focus", keys);
  document.getElementById("again").onclick = () => location.reload();
  keys();
});
