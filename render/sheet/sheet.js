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
    const figure = $(".player", link.closest(".film"));
    if (!figure) return false;
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
    if (panel.hidden) tab(panel.id.replace("film-", ""));
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
    const card = e.target.closest(".card");
    if (e.key.startsWith("Arrow")) {
      const next = step(card, e.key);
      if (next) { e.preventDefault(); show(next); }
      return;
    }
    if (!card) {
      if (e.key === " " && e.target === document.body) {
        const film = $(".film:not([hidden]) .player video");
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
  document.addEventListener("focusout", (e) => {
    const card = e.target.closest(".card");
    if (card && !card.contains(e.relatedTarget)) stop(stage(card));
  });

  // Variants are tabs.
  function tab(key) {
    $$("[role=tab]").forEach((t) => {
      const on = t.id === "tab-" + key;
      t.setAttribute("aria-selected", on);
      t.tabIndex = on ? 0 : -1;
    });
    $$(".film").forEach((f) => { f.hidden = f.id !== "film-" + key; });
  }
  $("[role=tablist]")?.addEventListener("click", (e) => {
    const t = e.target.closest("[role=tab]");
    if (t) tab(t.id.slice(4));
  });
  $("[role=tablist]")?.addEventListener("keydown", (e) => {
    const all = $$("[role=tab]");
    const to = all[all.indexOf(e.target) + { ArrowRight: 1, ArrowLeft: -1 }[e.key]];
    if (to) { to.focus(); tab(to.id.slice(4)); }
  });

  addEventListener("beforeprint", () => $$("img[loading]").forEach((i) => { i.loading = "eager"; }));

  function begin() {
    $$(".player").forEach(player);
    if ($("[role=tab]")) tab($('[role=tab][aria-selected="true"]').id.slice(4));
    const card = document.getElementById(location.hash.slice(1));
    if (card?.classList.contains("card")) show(card);
  }
  begin();
})();
