// What the page does by itself: send the visitor's actions one at a time, open citations, copy text.
"use strict";
window.instrumentwijzer = (() => {
  const wide = window.matchMedia("(min-width: 1180px)"); // sources beside the answer
  const beside = window.matchMedia("(min-width: 960px)"); // profile beside the chat
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const opened = new Map(); // id of a <details> → did the visitor open it?
  const cameFrom = new Map(); // id of a citation → the marker that was clicked
  const waiting = []; // actions that wait for the one before them
  let busy = false;
  let patience = 0;
  let turns = 0;
  let profileOpen = false;
  let focusOnAnswer = false;

  const behavior = () => (calm.matches ? "auto" : "smooth");

  // ---- actions -------------------------------------------------------------------------------
  function act(trigger, detail) {
    waiting.push(() => trigger("act", detail));
    next();
  }

  function next() {
    if (busy || !waiting.length) return;
    start();
    waiting.shift()();
  }

  function start() {
    busy = true;
    window.clearTimeout(patience);
    patience = window.setTimeout(() => (busy = false), 180000);
    fetch("health", { cache: "no-store" }).catch(() => {
      busy = false;
      waiting.length = 0;
      tellOffline();
    });
  }

  function tellOffline() {
    const chat = document.querySelector(".chat");
    if (!chat || chat.querySelector(".problem.offline")) return;
    const note = document.createElement("p");
    note.className = "problem offline";
    note.setAttribute("role", "alert");
    note.textContent = chat.dataset.offline;
    chat.append(note);
    note.scrollIntoView({ block: "center", behavior: behavior() });
  }

  function onClick(event, trigger) {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const { act: kind, text, value, field, confirm } = button.dataset;
    if (confirm && !window.confirm(confirm)) return;
    if (kind === "restart" || kind === "undo") opened.clear();
    focusOnAnswer = kind === "say";
    act(trigger, { kind, text, value, field });
  }

  function onChange(event, trigger) {
    const control = event.target;
    if (control.dataset.set) {
      const value = control.validity.badInput ? "?" : control.value;
      act(trigger, { kind: "set", field: control.dataset.set, value });
    } else if (control.dataset.setMany) {
      const field = control.dataset.setMany;
      const ticked = [...document.querySelectorAll(`[data-set-many="${field}"]:checked`)];
      act(trigger, { kind: "set", field, value: ticked.map((box) => box.value) });
    }
  }

  // ---- after each change of a part of the page -------------------------------------------------
  function settle(element) {
    for (const control of element.querySelectorAll("[data-set]")) {
      if (control !== document.activeElement || control.tagName === "SELECT") control.value = control.dataset.value;
    }
    for (const box of element.querySelectorAll("[data-set-many]")) box.checked = box.dataset.value === "on";
    for (const details of element.querySelectorAll("details[id]")) {
      details.open = opened.get(details.id) ?? (details.classList.contains("sources") && wide.matches);
    }
    showProfile();
    const chat = element.querySelector(".chat");
    if (chat) settleChat(chat);
  }

  function settleChat(chat) {
    document.documentElement.lang = chat.lang;
    chat.querySelector(".problem.offline")?.remove();
    const last = [...chat.querySelectorAll(".turn")].at(-1);
    const count = Number(chat.dataset.turns);
    const still = chat.getAttribute("aria-busy") !== "true";
    if (last && count > turns) last.scrollIntoView({ block: "start", behavior: behavior() });
    if (!still) return;
    turns = count;
    if (focusOnAnswer && last) {
      const reply = last.querySelector(".reply, .failure");
      reply?.setAttribute("tabindex", "-1");
      reply?.focus({ preventScroll: true });
      focusOnAnswer = false;
    }
    busy = false;
    next();
  }

  function showProfile() {
    const fold = document.querySelector(".profile .fold");
    if (!fold) return;
    fold.setAttribute("aria-expanded", String(profileOpen || beside.matches));
    document.getElementById("profile-fields").hidden = !(profileOpen || beside.matches);
  }

  // ---- citations -------------------------------------------------------------------------------
  function open(details) {
    opened.set(details.id, true);
    details.open = true;
  }

  function openCitation(marker) {
    const citation = document.getElementById(marker.dataset.cite);
    if (!citation) return;
    const list = citation.closest(".sources");
    open(list);
    for (const other of list.querySelectorAll(".citation[open]")) {
      opened.set(other.id, false);
      other.open = false;
    }
    open(citation);
    cameFrom.set(citation.id, marker);
    citation.querySelector("summary").focus({ preventScroll: true });
    if (wide.matches) list.scrollTo({ top: citation.offsetTop - list.querySelector("summary").offsetHeight, behavior: behavior() });
    else citation.scrollIntoView({ block: "start", behavior: behavior() });
  }

  function goBack(id) {
    const markers = [...document.querySelectorAll(`.marker[data-cite="${id}"]`)];
    const from = cameFrom.get(id);
    const marker = from?.isConnected ? from : markers[0];
    marker?.focus({ preventScroll: true });
    marker?.scrollIntoView({ block: "center", behavior: behavior() });
  }

  // ---- text to send ----------------------------------------------------------------------------
  async function copy(id) {
    const area = document.getElementById(id);
    try {
      await navigator.clipboard.writeText(area.value);
      return true;
    } catch {
      area.select();
      return document.execCommand("copy");
    }
  }

  async function copyFrom(button) {
    const done = button.closest(".buttons").querySelector(".done");
    done.textContent = (await copy(button.dataset.copy)) ? button.dataset.done : button.dataset.failed;
  }

  async function mailFrom(button) {
    const { mail, subject, long } = button.dataset;
    let body = encodeURIComponent(document.getElementById(mail).value.replace(/\r?\n/g, "\r\n"));
    if (body.length > 1800) {
      await copy(mail);
      body = encodeURIComponent(long);
    }
    window.location.href = `mailto:?subject=${encodeURIComponent(subject)}&body=${body}`;
  }

  // ---- for the whole page ----------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const target = event.target.closest("summary, [data-cite], [data-back], [data-copy], [data-mail], [data-focus], .fold");
    if (!target) return;
    if (target.tagName === "SUMMARY") {
      if (target.parentElement.id) opened.set(target.parentElement.id, !target.parentElement.open);
    } else if (target.dataset.cite) {
      event.preventDefault();
      openCitation(target);
    } else if (target.dataset.back) {
      goBack(target.dataset.back);
    } else if (target.dataset.copy) {
      copyFrom(target);
    } else if (target.dataset.mail) {
      mailFrom(target);
    } else if (target.dataset.focus) {
      event.preventDefault();
      document.querySelector(`#${target.dataset.focus} textarea`)?.focus();
    } else {
      profileOpen = !profileOpen;
      showProfile();
    }
  });
  beside.addEventListener("change", showProfile);

  // The input field belongs to Gradio: it may send only when nothing else is under way.
  function guard(event) {
    const sends = event.type === "click" ? event.target.closest("#send") : event.key === "Enter" && !event.shiftKey;
    if (!sends || event.isComposing || !event.target.closest("#composer")) return;
    const text = document.querySelector("#composer textarea")?.value.trim();
    if (busy || !text) {
      event.preventDefault();
      event.stopPropagation();
    } else {
      start();
    }
  }
  for (const type of ["click", "keydown"]) document.addEventListener(type, guard, true);

  return {
    bind(element, trigger, watch) {
      element.addEventListener("click", (event) => onClick(event, trigger));
      element.addEventListener("change", (event) => onChange(event, trigger));
      watch("value", () => settle(element));
      settle(element);
    },
  };
})();
