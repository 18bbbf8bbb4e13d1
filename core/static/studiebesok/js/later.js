/* A form that must not be lost on a bad network: kept on the device, sent until the server has it,
   once (its key makes a second sending harmless). The server answers 204 to a form sent like this.
   Forms: data-later="address to open afterwards", data-draft="address that keeps what is typed". */
(() => {
  "use strict";

  const PREFIX = "later:";
  const EVERY_MS = 15 * 1000;
  const PATIENCE_MS = 20 * 1000;
  const KEEP_MS = 14 * 24 * 60 * 60 * 1000;
  const texts = () => document.getElementById("app-texts")?.dataset ?? {};
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] ?? "";

  const keep = (key, entry) => {
    try { localStorage.setItem(PREFIX + key, JSON.stringify(entry)); return true; } catch { return false; }
  };
  const drop = (key) => { try { localStorage.removeItem(PREFIX + key); } catch { /* forbidden */ } };
  const kept = () => {
    try {
      return Object.keys(localStorage).filter((k) => k.startsWith(PREFIX))
        .map((k) => [k.slice(PREFIX.length), JSON.parse(localStorage.getItem(k))]);
    } catch { return []; }
  };

  function notice(text, kind, link) {
    let note = document.querySelector("[data-later-note]");
    if (!note) {
      note = document.createElement("div");
      note.dataset.laterNote = "";
      note.setAttribute("role", "status");
      document.querySelector("main")?.prepend(note);
    }
    note.className = `notice notice--${kind}`;
    const line = document.createElement("p");
    line.textContent = text;
    note.replaceChildren(line);
    if (link) {
      const a = document.createElement("a");
      a.href = link.url;
      a.textContent = link.text;
      line.append(" ", a);
    }
    note.scrollIntoView({ block: "nearest" });
  }

  /* "saved", "refused" (the server wants something mended), "login", or "away". */
  async function send(entry) {
    try {
      const response = await fetch(entry.url, {
        method: "POST",
        body: new URLSearchParams(entry.body),
        headers: { "X-Later": "1", "X-CSRFToken": csrf() },
        credentials: "same-origin",
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (response.status === 204) return "saved";
      if (response.type === "opaqueredirect") return "login";
      return response.status >= 400 && response.status < 500 ? "refused" : "away";
    } catch { return "away"; }
  }

  /* Two pages open at once must not both send: the browser's lock lets one. */
  const alone = (act) => (navigator.locks ? navigator.locks.request("later", act) : act());

  function submitted(event) {
    const form = event.target;
    if (!form.hasAttribute("data-later") || event.defaultPrevented) return;
    const key = form.dataset.autosave;
    const entry = { url: form.getAttribute("action") || location.pathname, body: [...new FormData(form)], at: Date.now() };
    /* Where nothing may be kept the browser sends the form itself. */
    if (form.dataset.plain || !keep(key, entry)) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    void alone(() => send(entry)).then((outcome) => {
      delete form.dataset.sending;
      if (outcome === "away") { notice(texts().later, "info"); return; }
      /* Logged out meanwhile: it stays kept, and is sent from the first page after the login. */
      if (outcome === "login") { location.assign(entry.url); return; }
      drop(key);
      if (outcome === "saved") { try { localStorage.removeItem(`draft:${key}`); } catch { /* forbidden */ } location.assign(form.dataset.later); return; }
      /* Shown by the server, with everything typed: nothing was stored, so once more is harmless. */
      form.dataset.plain = "1";
      form.submit();
    });
  }

  async function flush() {
    if (navigator.onLine === false) return;
    for (const [key, entry] of kept()) {
      if (!entry?.url || Date.now() - entry.at > KEEP_MS) { drop(key); continue; }
      const outcome = await alone(async () => (kept().some(([k]) => k === key) ? send(entry) : "gone"));
      if (outcome === "away" || outcome === "login" || outcome === "gone") continue;
      drop(key);
      if (outcome === "saved") {
        try { localStorage.removeItem(`draft:${key}`); } catch { /* forbidden */ }
        const form = document.querySelector(`form[data-autosave="${CSS.escape(key)}"]`);
        if (form) { location.assign(form.dataset.later); return; }
        notice(texts().laterSent, "success");
      } else notice(texts().laterRefused, "warning", { url: entry.url, text: texts().laterOpen });
    }
  }

  /* What is typed is also kept on the server, for its writer alone: another device goes on with it. */
  let timer;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.draft) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      void fetch(form.dataset.draft, {
        method: "POST", body: new URLSearchParams([...new FormData(form)]), headers: { "X-CSRFToken": csrf() }, credentials: "same-origin", redirect: "manual",
      }).catch(() => { /* the device has it, see app.js */ });
    }, 1500);
  });

  document.addEventListener("submit", submitted);
  window.addEventListener("online", () => void flush());
  setInterval(() => { if (kept().length) void flush(); }, EVERY_MS);
  void flush();
})();
