"use strict";
// Before the terminal's own script: how large it is, whom it speaks with, and what is done when nobody answers.
(() => {
  const COLUMNS = 160, SILENT_MS = 10000, LOOK_MS = 3000;
  const element = document.querySelector("#terminal");
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const wanted = parseInt(new URLSearchParams(location.search).get("fontsize"), 10);
  element.dataset.sessionWebsocketUrl = `${scheme}//${location.host}/ws`;
  element.dataset.fontSize = wanted >= 6 && wanted <= 99 ? wanted
    : Math.max(10, Math.floor(window.innerWidth / (COLUMNS * 0.6)));

  const said = {
    0: "▲ Connection lost. It comes back by itself.",
    403: "■ This browser may not look any more: open the address with the token again.",
    503: "▲ As many browsers look on as may. This one waits.",
  };
  const tell = (code) => {
    document.querySelector("#told p").textContent = said[code] || said[0];
    document.body.classList.add("-lost");
  };

  let heard = Date.now(), began = Date.now();
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", () => { heard = Date.now(); });
      this.addEventListener("close", () => { heard = 0; tell(0); });
    }
    send(text) {
      if (this.readyState === Socket.OPEN && /^\["(resize|ping)"/.test(text)) super.send(text);
    }
  };

  // The clock on the board goes on every second: whoever hears nothing is looking at an old picture.
  const look = async () => {
    if (Date.now() - heard > SILENT_MS && Date.now() - began > SILENT_MS / 2) {
      if (!document.body.classList.contains("-lost")) tell(0);
      try {
        const answer = await fetch("/room", { cache: "no-store", signal: AbortSignal.timeout(LOOK_MS) });
        if (answer.ok) { location.reload(); return; }
        tell(answer.status);
      } catch { tell(0); }
    }
    setTimeout(look, LOOK_MS);
  };
  setTimeout(look, LOOK_MS);
})();
