// The contact sheet's behaviour. The page says everything without it; this adds playing, keys, copying, and – where
// the page is served by a board – what goes on. No text is ever put into the page as markup.
"use strict";
(() => {
  const $ = (q, in_ = document) => in_.querySelector(q);
  const $$ = (q, in_ = document) => [...in_.querySelectorAll(q)];
  const board = document.body.dataset.board !== undefined;

  // Toast: one line that says what just happened.
  let fading;
  function say(text) {
    const t = $("#toast");
    t.textContent = text;
    t.classList.add("shown");
    clearTimeout(fading);
    fading = setTimeout(() => t.classList.remove("shown"), 3500);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      const before = document.activeElement;
      area.select();
      document.execCommand("copy");
      area.remove();
      before?.focus({ preventScroll: true });
    }
    say("copied: " + text);
  }

  // Previews play in place: over the first frame of a card, or over a take.
  const playing = new Map();
  function play(at, source) {
    if (!at || !source || playing.has(at)) return;
    const v = document.createElement("video");
    v.muted = v.loop = v.playsInline = true;
    v.src = source;
    v.setAttribute("aria-hidden", "true");
    at.append(v);
    playing.set(at, v);
    v.play().catch(() => stop(at));
  }
  function stop(at) {
    const v = playing.get(at);
    if (!v) return;
    playing.delete(at);
    v.pause();
    v.removeAttribute("src");
    v.load();
    v.remove();
  }
  const stage = (card) => $(".frames .frame", card);
  const source = (card) => card.dataset.looking || $(".frames", card)?.dataset.preview;
  function toggle(card) {
    const at = stage(card);
    if (playing.has(at)) stop(at);
    else play(at, source(card));
  }
  document.addEventListener("pointerover", (e) => {
    if (e.pointerType === "touch") return;
    const frames = e.target.closest(".card .frames[data-preview]");
    if (frames) play($(".frame", frames), source(frames.closest(".card")));
    const take = e.target.closest(".take[data-preview]");
    if (take) play($(".still", take), take.dataset.preview);
  });
  document.addEventListener("pointerout", (e) => {
    const from = e.target.closest(".card .frames, .take");
    if (from && !from.contains(e.relatedTarget)) stop($(".frame, .still", from));
  });

  // The film: chapters as long as their shots, and the shot that plays marked everywhere.
  function player(figure) {
    const video = $("video", figure);
    const chapters = $$(".chapters a", figure);
    chapters.forEach((c) => { c.style.flexGrow = c.dataset.length; });
    let now;
    const mark = () => {
      const c = chapters.findLast((c) => Number(c.dataset.at) <= video.currentTime + 0.01);
      if (c === now) return;
      now?.classList.remove("now");
      now = c;
      now?.classList.add("now");
      now?.scrollIntoView?.({ block: "nearest" });
    };
    video.addEventListener("timeupdate", mark);
    video.addEventListener("seeking", mark);
  }
  function seek(link, at) {
    const figure = link.closest(".player") || document.getElementById(link.dataset.cut);
    if (!figure) return false;
    choose(document.getElementById("tab-" + figure.id));
    const video = $("video", figure);
    const go = () => { video.currentTime = at; video.play().catch(() => {}); };
    if (video.readyState) go();
    else {
      video.addEventListener("loadedmetadata", go, { once: true });
      video.load();
    }
    if (!figure.contains(link)) figure.scrollIntoView({ block: "nearest" });
    return true;
  }
  function hoverTwins(e, on) {
    const id = e.target.closest?.("[data-shot^='shot-']")?.dataset.shot;
    if (id) $$(`[data-shot="${CSS.escape(id)}"]`).forEach((n) => n.classList.toggle("near", on));
  }
  document.addEventListener("pointerover", (e) => hoverTwins(e, true));
  document.addEventListener("pointerout", (e) => hoverTwins(e, false));

  document.addEventListener("click", (e) => {
    const chapter = e.target.closest("a[data-at]");
    if (chapter && !e.ctrlKey && !e.metaKey && seek(chapter, Number(chapter.dataset.at))) return e.preventDefault();
    const jump = e.target.closest("a[href^='#shot-']");
    if (jump && !jump.closest("h3")) {
      const card = document.getElementById(jump.getAttribute("href").slice(1));
      if (card) { e.preventDefault(); show(card); }
      return;
    }
    const take = e.target.closest(".take");
    if (take) return pick(take);
    const grow = e.target.closest(".grow");
    if (grow) return post("grow", { shot: grow.dataset.shot, from: grow.dataset.from, at: grow.dataset.at });
    const button = e.target.closest("[data-copy]");
    if (button) copy(button.dataset.copy);
  });

  // Takes: looked at by number, picked by p or a click.
  function look(card, number) {
    const take = $(`.take[data-take="${number}"]:not(:disabled)`, card);
    if (!take) return;
    card.dataset.look = number;
    card.dataset.looking = take.dataset.preview || "";
    stop(stage(card));
    play(stage(card), take.dataset.preview);
    say(`take ${number}`);
  }
  function pick(take) {
    if (board && take.dataset.copy) return post("pick", { shot: take.dataset.shot, take: Number(take.dataset.take) });
    if (take.dataset.copy) copy(take.dataset.copy);
  }
  function pickOf(card) {
    const take = document.activeElement.closest(".take") || $(`.take[data-take="${card.dataset.look}"]`, card) || $('.take[aria-pressed="true"]', card);
    if (take) return pick(take);
    say("this shot has one take");
  }

  // Keys. Cards are reached by arrows, as they lie on the page.
  const cards = () => $$(".card").filter((c) => c.offsetParent);
  function show(card) {
    const panel = card.closest(".film");
    if (panel.hidden) choose($("#" + panel.id.replace("film", "tab")));
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
    card.scrollIntoView({ block: "nearest" }); // what was not laid out before has its place now
  }
  function step(card, key) {
    const all = cards();
    const i = all.indexOf(card);
    if (key === "ArrowRight") return all[i + 1];
    if (key === "ArrowLeft") return i < 0 ? all[0] : all[i - 1];
    if (i < 0) return all[0];
    const at = card.getBoundingClientRect();
    const down = key === "ArrowDown";
    const rows = all.filter((c) => down ? c.getBoundingClientRect().top > at.top + 4 : c.getBoundingClientRect().top < at.top - 4);
    const best = (c) => {
      const r = c.getBoundingClientRect();
      return Math.abs(r.top - at.top) * 1000 + Math.abs(r.left - at.left);
    };
    return rows.reduce((a, b) => (!a || best(b) < best(a) ? b : a), null);
  }
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, video, dialog, [role=tab], .scroll")) return;
    if (e.key === "f") { flip(); return; }
    const card = e.target.closest(".card");
    if (e.key.startsWith("Arrow")) {
      const next = step(card, e.key);
      if (next) { e.preventDefault(); show(next); }
      return;
    }
    if (!card) {
      if (e.key === " " && e.target === document.body) {
        const film = $(".film:not([hidden]) .player:not([hidden]) video");
        if (film) { e.preventDefault(); film.paused ? film.play() : film.pause(); }
      }
      return;
    }
    if (e.key === "p") { e.preventDefault(); pickOf(card); }
    if (e.key >= "1" && e.key <= "9") look(card, e.key);
    if (e.target !== card) return;
    if (e.key === " ") { e.preventDefault(); toggle(card); }
    if (e.key === "Enter") $(".frames[href]", card)?.click();
  });
  // The two pictures of each seam lie on one another: the key shows the other one, and opens them first.
  function flip() {
    const all = $$(".film:not([hidden]) .flip");
    if (all.some((d) => d.open)) { turn(); return; }
    all.forEach((d) => { d.open = true; });
    all[0]?.scrollIntoView({ block: "center" });
  }
  const turn = () => document.body.classList.toggle("flipped");
  document.addEventListener("click", (e) => {
    if (e.target.closest(".stack")) turn();
  });
  document.addEventListener("keypress", (e) => {
    if (e.key === " " && e.target.classList?.contains("card")) e.preventDefault(); // where a key is pressed by a program, it would scroll
  });
  document.addEventListener("focusout", (e) => {
    const card = e.target.closest(".card");
    if (card && !card.contains(e.relatedTarget)) stop(stage(card));
  });

  // Many films: those whose names have all the words are shown.
  function find(input) {
    const all = $$(".grid .one");
    const names = all.map((one) => one.dataset.name.toLowerCase());
    const look = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      all.forEach((one, i) => {
        one.hidden = !words.every((w) => names[i].includes(w));
        if (!one.hidden) n++;
      });
      $("#found").textContent = n === all.length ? `${n} films` : `${n} of ${all.length} films`;
    };
    input.addEventListener("input", look);
    look(); // a browser may have kept what was looked for
  }

  // Variants are tabs, and so are the cuts of a film. What is hidden does not play on.
  const siblings = (t) => $$("[role=tab]", t.closest("[role=tablist]"));
  function choose(chosen) {
    if (!chosen) return;
    for (const t of siblings(chosen)) {
      const on = t === chosen;
      t.setAttribute("aria-selected", on);
      t.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(t.getAttribute("aria-controls"));
      panel.hidden = !on;
      if (!on) $$("video", panel).forEach((v) => v.pause());
    }
  }
  document.addEventListener("click", (e) => {
    const t = e.target.closest("[role=tab]");
    if (t) choose(t);
  });
  document.addEventListener("keydown", (e) => {
    const t = e.target.closest("[role=tab]");
    if (!t || e.ctrlKey || e.metaKey || e.altKey) return;
    const all = siblings(t);
    const i = all.indexOf(t);
    const to = { ArrowRight: all[i + 1], ArrowLeft: all[i - 1], Home: all[0], End: all.at(-1) }[e.key];
    if (to) { e.preventDefault(); to.focus(); choose(to); }
  });
  const begun = (in_) => $$('[role=tab][aria-selected="true"]', in_).forEach(choose);

  addEventListener("beforeprint", () => $$("img[loading]").forEach((i) => { i.loading = "eager"; }));

  // The board: what goes on, and what can be done about it.
  async function post(what, body = {}) {
    const r = await fetch(what, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const answer = await r.json().catch(() => ({ error: "the board did not understand" }));
    if (answer.error) say(answer.error);
    else if (what === "pick") say(`${body.shot}: take ${body.take} is picked`);
    else if (what === "grow") say(`${body.shot} grows from ${body.from} at ${body.at}`);
    return r.ok;
  }
  const live = new Map(); // what the run has told of each take
  const origin = new Map(); // the page's parts, as they were served
  const seconds = (s) => (s < 90 ? `${Math.round(s)} s` : `${Math.round(s / 60)} min`);

  function told(l) {
    live.set(l.id, l);
    draw(l);
    pulse();
    if (l.final) refreshSoon();
  }
  function draw(l) {
    const elapsed = (Date.now() - Date.parse(l.since)) / 1000;
    const look = l.tone;
    const text = l.final ? l.state : `${l.state} ${seconds(elapsed)} of ~${seconds(l.expected)}`;
    for (const [card, use] of l.uses.flatMap((u) => $$(`.card[data-shot="${CSS.escape(u.shot)}"][data-variant="${CSS.escape(u.variant)}"]`).map((c) => [c, u]))) {
      const take = $(`.take[data-take="${use.take}"]`, card);
      const picked = !take || take.ariaPressed === "true"; // the card, and the drawing, show the pick
      const chip = picked ? $("h3 .state", card) : $(".state", take);
      if (chip) {
        chip.textContent = text;
        chip.className = "state " + look;
      }
      const bar = $(".bar", card);
      bar.hidden = ![...live.values()].some((o) => !o.final && o.uses.some((u) => u.shot === use.shot && u.variant === use.variant));
      $("i", bar).style.width = Math.min(98, (100 * elapsed) / Math.max(1, l.expected)) + "%";
      card.dataset.drawn = "live"; // no longer as it was served
      if (!picked) continue;
      const node = $(`.graph a[data-shot="${CSS.escape(card.id)}"]`);
      if (node) {
        node.setAttribute("class", "node " + look);
        node.closest(".graph").dataset.drawn = "live";
      }
      const blank = $(".frames.none .blank", card);
      if (blank) blank.textContent = text;
      const reason = $(".reason", card); // why it was to be made, or had not been
      if (reason && !l.final) reason.hidden = true;
    }
  }
  let ended = "";
  function pulse() {
    const all = [...live.values()];
    const at = $("#pulse");
    if (document.body.dataset.board !== "running") { if (ended) at.textContent = ended; return; }
    const done = all.filter((l) => l.final).length;
    const now = all.filter((l) => !l.final).length;
    at.textContent = `${done} of ${Math.max(Number(document.body.dataset.takes), all.length)} done, ${now} under way`;
  }
  function running(on) {
    document.body.dataset.board = on ? "running" : "idle";
    $("#start").hidden = on;
    $("#stop").hidden = !on;
    pulse();
  }

  // The page is fetched anew when something has come of a take, and only what is different is put in its place.
  const parts = (film) => new Map([...$$(".card", film).map((c) => [c.id, c]),
    ...[".player", ".facts", ".problems", ".graph", ".joins", ".drift"].flatMap((q) => $$(q, film).map((e, i) => [film.id + q + i, e]))]);
  function remember() {
    for (const film of $$(".film")) for (const [key, e] of parts(film)) origin.set(key, e.outerHTML);
  }
  let soon;
  function refreshSoon() {
    clearTimeout(soon);
    soon = setTimeout(refresh, 250);
  }
  async function refresh() {
    const r = await fetch(location.pathname).catch(() => null);
    if (!r?.ok) return;
    const next = new DOMParser().parseFromString(await r.text(), "text/html");
    document.body.dataset.takes = next.body.dataset.takes;
    for (const t of $$(".grid .one")) t.replaceChildren(...(next.getElementById(t.id)?.childNodes || []));
    for (const film of $$(".film")) {
      const fresh = next.getElementById(film.id);
      if (!fresh) return location.reload();
      const before = parts(film), after = parts(fresh);
      if ([...before.keys()].join() !== [...after.keys()].join()) {
        const hidden = film.hidden;
        for (const [key, e] of after) origin.set(key, e.outerHTML);
        const focus = document.activeElement.closest?.(".card")?.id;
        film.replaceWith(document.adoptNode(fresh));
        fresh.hidden = hidden;
        $$(".player", fresh).forEach(player);
        begun(fresh);
        if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
        continue;
      }
      for (const [key, e] of after) {
        const html = e.outerHTML;
        const old = before.get(key);
        if (origin.get(key) === html && !old.dataset.drawn) continue;
        origin.set(key, html);
        const focus = old.contains(document.activeElement);
        stop(old.classList.contains("card") ? stage(old) : null);
        old.replaceWith(document.adoptNode(e));
        if (e.classList.contains("player")) {
          e.hidden = old.hidden;
          player(e);
        }
        if (focus && e.classList.contains("card")) e.focus({ preventScroll: true });
      }
    }
    for (const l of live.values()) if (!l.final) draw(l);
    document.body.dataset.fresh = Number(document.body.dataset.fresh || 0) + 1;
  }
  function listen() {
    remember();
    const source = new EventSource("events");
    const on = (name, f) => source.addEventListener(name, (e) => f(JSON.parse(e.data)));
    on("take", told);
    on("run", (r) => {
      if (r.running && document.body.dataset.board !== "running") live.clear();
      if (r.told) ended = r.told;
      const was = document.body.dataset.board === "running";
      running(r.running);
      if (was && !r.running) refresh();
    });
    on("page", refresh);
    on("trouble", (t) => { $("#pulse").textContent = t.message; });
    source.addEventListener("error", () => { $("#pulse").textContent = "The board does not answer. Was it closed?"; });
    source.addEventListener("open", pulse);
    setInterval(() => { for (const l of live.values()) if (!l.final) draw(l); }, 1000);
    $("#stop").addEventListener("click", () => post("stop"));
    $("#start").addEventListener("click", async () => {
      const r = await fetch("offer");
      const offer = await r.json();
      if (!r.ok) return say(offer.error);
      $("#price-text").textContent = offer.text;
      const dialog = $("#price");
      dialog.dataset.offer = offer.id;
      dialog.returnValue = "";
      dialog.showModal();
    });
    $("#price").addEventListener("close", (e) => {
      if (e.target.returnValue === "yes") post("run", { offer: e.target.dataset.offer });
    });
  }

  function begin() {
    $$(".player").forEach(player);
    begun(document);
    if ($("#find")) find($("#find"));
    const card = document.getElementById(location.hash.slice(1));
    if (card?.classList.contains("card")) show(card);
    if (board) listen();
  }
  begin();
})();
