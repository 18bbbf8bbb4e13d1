/* Small helps on top of pages that work without them: undo countdown, drafts that keep themselves,
   one press sends once, filters that send themselves, copy buttons. */
(() => {
  "use strict";

  const PREFIX = "draft:";
  const KEEP_MS = 24 * 60 * 60 * 1000;
  const texts = () => document.getElementById("app-texts")?.dataset ?? {};
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isHtmx = (form) => ["hx-post", "hx-get", "hx-put"].some((name) => form.hasAttribute(name));

  /* Storage may be forbidden by the browser: then nothing is kept, and nothing breaks. */
  const store = {
    read(area, key) {
      try { return JSON.parse(area().getItem(PREFIX + key)); } catch { return null; }
    },
    write(area, key, value) {
      try { area().setItem(PREFIX + key, JSON.stringify(value)); } catch { /* full or forbidden */ }
    },
    drop(area, key) {
      try { area().removeItem(PREFIX + key); } catch { /* forbidden */ }
    },
    keys(area) {
      try { return Object.keys(area()).filter((k) => k.startsWith(PREFIX)).map((k) => k.slice(PREFIX.length)); } catch { return []; }
    },
  };
  const local = () => window.localStorage;
  const session = () => window.sessionStorage;

  function say(form, text, undo) {
    let note = form.querySelector("[data-note]");
    if (!note) {
      note = document.createElement("div");
      note.dataset.note = "";
      note.className = "notice notice--info";
      note.setAttribute("role", "status");
      form.prepend(note);
    }
    const line = document.createElement("p");
    line.textContent = text;
    note.replaceChildren(line);
    if (undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "linkish";
      button.textContent = undo.label;
      button.addEventListener("click", () => { undo.act(); note.remove(); });
      note.append(button);
    }
  }

  /* ---- Undo: counts down, then the chance is gone -------------------------------------------- */
  function undo(notice) {
    if (notice.dataset.running) return;
    notice.dataset.running = "1";
    const end = Date.now() + Number(notice.dataset.undoSeconds) * 1000;
    const count = notice.querySelector("[data-undo-count]");
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left > 0) {
        if (count) count.textContent = `(${left} s)`;
        return window.setTimeout(tick, 250);
      }
      const form = notice.querySelector("form");
      const hadFocus = form?.contains(document.activeElement);
      form?.remove();
      const text = notice.querySelector("p");
      if (text && notice.dataset.undoDone) text.textContent = notice.dataset.undoDone;
      if (hadFocus) { notice.tabIndex = -1; notice.focus(); }
      return undefined;
    };
    tick();
  }

  /* ---- Drafts ---------------------------------------------------------------------------------- */
  const fields = (form) => [...form.elements].filter(
    (e) => e.name && !["hidden", "password", "file", "submit", "button"].includes(e.type) && !e.hasAttribute("data-no-draft"),
  );
  const isCheck = (e) => e.type === "checkbox" || e.type === "radio";
  const initial = (e) => {
    if (isCheck(e)) return e.defaultChecked;
    if (e.tagName === "SELECT") return [...e.options].filter((o) => o.defaultSelected).map((o) => o.value).join("\n");
    return e.defaultValue;
  };
  const present = (e) => {
    if (isCheck(e)) return e.checked;
    return e.tagName === "SELECT" ? [...e.selectedOptions].map((o) => o.value).join("\n") : e.value;
  };
  const place = (e) => (isCheck(e) ? `${e.name}=${e.value}` : e.name);

  function put(e, value) {
    if (isCheck(e)) e.checked = Boolean(value);
    else if (e.tagName === "SELECT") for (const o of e.options) o.selected = value.split("\n").includes(o.value);
    else e.value = value;
  }

  function autosave(form) {
    if (form.dataset.autosaving) return;
    form.dataset.autosaving = "1";
    const key = form.dataset.autosave;
    const draft = store.read(local, key);
    /* A form that came back with errors is already filled with what was typed. */
    if (draft && Date.now() - draft.at < KEEP_MS && !form.querySelector('[aria-invalid="true"]')) {
      const changed = fields(form).filter((e) => place(e) in draft.values && draft.values[place(e)] !== present(e));
      for (const e of changed) put(e, draft.values[place(e)]);
      if (changed.length) {
        form.dispatchEvent(new Event("draftrestored", { bubbles: true }));
        say(form, texts().restored, {
          label: texts().startOver,
          act: () => { store.drop(local, key); for (const e of fields(form)) put(e, initial(e)); },
        });
      }
    }
    let timer;
    const save = () => {
      const values = Object.fromEntries(fields(form).map((e) => [place(e), present(e)]));
      store.write(local, key, { at: Date.now(), values });
    };
    form.addEventListener("input", () => { window.clearTimeout(timer); timer = window.setTimeout(save, 300); });
    form.addEventListener("submit", () => { window.clearTimeout(timer); save(); store.write(session, key, 1); });
  }

  /* A draft goes when the server says that something was saved, or when it is old. */
  function sweep() {
    if (document.querySelector("[data-saved]")) {
      for (const key of store.keys(session)) { store.drop(local, key); store.drop(session, key); }
    }
    for (const key of store.keys(local)) {
      if (!(Date.now() - store.read(local, key)?.at < KEEP_MS)) store.drop(local, key);
    }
  }

  /* ---- Sending --------------------------------------------------------------------------------- */
  const release = (form) => {
    delete form.dataset.sent;
    for (const b of all('button[aria-disabled="true"]', form)) b.removeAttribute("aria-disabled");
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-clear-drafts")) for (const key of store.keys(local)) store.drop(local, key);
    if (form.method !== "post" || isHtmx(form) || event.defaultPrevented || form.hasAttribute("data-later")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.hasAttribute("data-autosave") && navigator.onLine === false) {
      event.preventDefault();
      say(form, texts().offline);
      form.querySelector("[data-note]").scrollIntoView({ block: "nearest" });
      const button = event.submitter;
      window.addEventListener("online", () => form.requestSubmit(button), { once: true });
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
    window.setTimeout(() => release(form), 10000);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[data-sent]").forEach(release);
  });

  /* ---- Filters: a choice by pointer sends itself; by keyboard the button does ------------------- */
  let byKey = false;
  document.addEventListener("keydown", () => { byKey = true; }, true);
  document.addEventListener("pointerdown", () => { byKey = false; }, true);
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form?.hasAttribute("data-filter") || byKey || event.target.type === "search" || event.target.type === "text") return;
    form.requestSubmit();
  });

  /* ---- A preview that comes back late never overwrites what was typed meanwhile ------------------ */
  const typed = (form) => new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string")).toString();
  const asked = new WeakMap();
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt.tagName === "FORM") asked.set(detail.elt, typed(detail.elt));
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const form = detail.requestConfig?.elt;
    /* The change that made it late asks again by itself. */
    if (form && asked.has(form) && asked.get(form) !== typed(form)) detail.shouldSwap = false;
  });

  /* ---- Copy and print ---------------------------------------------------------------------------- */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if (button.hasAttribute("data-print")) { window.print(); return; }
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = texts().copied;
    } catch { source.select?.(); }
  });

  function start(root = document) {
    all("[data-js]", root).forEach((e) => { e.hidden = false; });
    all("[data-undo-seconds]", root).forEach(undo);
    sweep();
    all("form[data-autosave]", root).forEach(autosave);
    root.querySelector?.(".errors")?.focus();
  }

  start();
  document.addEventListener("htmx:afterSwap", () => start());
})();
