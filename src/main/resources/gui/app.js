// What every page does in the browser. Everything works without it, only less conveniently.
"use strict";

(() => {
  const zero = (number) => String(number).padStart(2, "0");
  const clock = (iso) => {
    const at = new Date(iso);
    return `${zero(at.getUTCHours())}:${zero(at.getUTCMinutes())}:${zero(at.getUTCSeconds())}`;
  };
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---- colours
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-themes]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    document.documentElement.dataset.theme = theme;
    all("[data-themes] button").forEach((button) => button.setAttribute("aria-pressed", String(button.value === theme)));
    const body = new URLSearchParams({ theme, back: "/" });
    fetch("/theme", { method: "POST", body, redirect: "manual" }).catch(() => form.submit());
  });

  // ---- questions before what cannot be undone: the page of the link, shown as a dialog
  const dialog = document.getElementById("dialog");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const question = page.querySelector("[data-question]");
      if (!answer.ok || !question) throw new Error("no question");
      question.querySelector("h1").id = "dialog-title";
      dialog.replaceChildren(document.adoptNode(question));
      dialog.showModal();
    } catch {
      location.href = link.href;
    }
  });
  dialog?.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-cancel]")) {
      event.preventDefault();
      dialog.close();
    }
  });

  // ---- texts to copy
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  });
  if (navigator.clipboard) all("[data-copy]").forEach((button) => { button.hidden = false; });

  // ---- times that run down
  const span = (seconds) => {
    const hours = Math.floor(seconds / 3600);
    const rest = `${zero(Math.floor(seconds / 60) % 60)}:${zero(seconds % 60)}`;
    return hours > 0 ? `${hours}:${rest}` : rest;
  };
  const countDown = () => all("[data-until]").forEach((element) => {
    const left = Math.round((Date.parse(element.dataset.until) - Date.now()) / 1000);
    element.textContent = left > 0 ? span(left) : "now";
  });
  if (document.querySelector("[data-until]")) {
    countDown();
    setInterval(countDown, 1000);
  }

  // ---- what happens now
  const number = new Intl.NumberFormat("en");
  const counters = (told) => all("[data-counter]").forEach((element) => {
    const value = told[element.dataset.counter];
    if (value === undefined) return;
    element.textContent = element.dataset.counter.endsWith("Millis") ? `${value.toFixed(1)} ms` : number.format(value);
  });
  const line = (told) => {
    const item = document.createElement("li");
    item.className = `${told.tone} fresh`;
    const time = document.createElement("time");
    time.dateTime = told.at;
    time.textContent = clock(told.at);
    const dot = document.createElement("span");
    dot.className = "dot";
    const what = document.createElement("span");
    what.className = "what";
    if (told.identity) {
      const who = document.createElement("b");
      who.textContent = told.identity;
      what.append(who, " ");
    }
    what.append(told.text);
    item.append(time, dot, what);
    return item;
  };
  const feed = document.querySelector("[data-feed]");
  const write = (told) => {
    if (!feed) return;
    feed.prepend(line(told));
    while (feed.children.length > Number(feed.dataset.feed)) feed.lastElementChild.remove();
    document.querySelector("[data-feed-empty]")?.setAttribute("hidden", "");
  };
  const prove = (told) => {
    const place = document.querySelector(`[data-proof="${CSS.escape(told.serial ?? "")}"]`);
    if (!place || told.type !== "revocation.enforced") return;
    if (all("li", place).some((item) => item.dataset.broker === told.details.broker)) return;
    const item = document.createElement("li");
    item.dataset.broker = told.details.broker;
    item.textContent = `Gone from ${told.details.broker} after ${number.format(told.details.elapsedMillis)} ms`;
    place.querySelector("[data-waiting]")?.remove();
    place.append(item);
  };
  const states = (told) => {
    if (told.type !== "device.connected" && told.type !== "device.disconnected") return;
    const badge = document.querySelector(`[data-device="${CSS.escape(told.identity ?? "")}"]`);
    if (!badge) return;
    const on = told.type === "device.connected";
    badge.textContent = on ? "connected" : "offline";
    badge.classList.toggle("good", on);
  };
  if (document.querySelector("[data-live], [data-proof], [data-device]")) {
    const source = new EventSource(`/api/v1/events?after=${document.body.dataset.lastEvent}`);
    const mark = (on) => all("[data-live]").forEach((element) => {
      element.classList.toggle("on", on);
      element.textContent = on ? "live" : "not live";
    });
    source.onopen = () => mark(true);
    source.onerror = () => mark(false);
    source.onmessage = (event) => {
      const told = JSON.parse(event.data);
      write(told);
      prove(told);
      states(told);
    };
    source.addEventListener("counters", (event) => counters(JSON.parse(event.data)));
  }
})();
