"use strict";
// Gives the table the keys, has what an input method commits arrive once, however fast the next
// word follows, and offers to sit down again when it has ended.
(() => {
  const Socket = window.WebSocket;
  let socket = null, composing = false;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      socket = this;
    }
  };
  const send = (text) => {
    if (text && socket?.readyState === Socket.OPEN) socket.send(JSON.stringify(["stdin", text]));
  };

  // xterm.js reads its field a moment after a word was committed, and mistakes the first letters
  // of the next word for it. So it finds the field empty, and what is committed is sent from here.
  const value = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  const empty = (field) => {
    value.set.call(field, "");
    Object.defineProperty(field, "value", { configurable: true, get: () => "", set: () => {} });
  };
  const first = (name, act) => addEventListener(name, (event) => {
    if (event.target.matches?.(".xterm-helper-textarea")) act(event);
  }, { capture: true });

  first("compositionstart", (event) => {
    composing = true;
    empty(event.target);
  });
  first("compositionend", (event) => {
    composing = false;
    send(event.data);
    empty(event.target);
  });
  first("keydown", (event) => {
    if (composing) event.stopImmediatePropagation(); // the input method's own key
  });
  first("input", (event) => {
    event.stopImmediatePropagation();
    if (composing) return;
    if (["insertText", "insertReplacementText", "insertFromDictation"].includes(event.inputType))
      send(event.data);
    else if (event.inputType === "deleteContentBackward") send("\x7f");
    empty(event.target);
  });

  addEventListener("load", () => {
    const keys = () => document.querySelector(".xterm-helper-textarea")?.focus();
    const watched = { attributes: true, attributeFilter: ["class"] };
    new MutationObserver(keys).observe(document.body, watched);
    addEventListener("focus", keys);
    document.getElementById("again").onclick = () => location.reload();
    keys();
  });
})();
