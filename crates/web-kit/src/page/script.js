// What makes the console more convenient. Every page works without it, and it makes no markup of
// any text: the pages' policy (Trusted Types) would not let it.
"use strict";

// Moments in the reader's own zone; the exact one, in UTC, when pointed at.
function localTimes(root) {
  const styles = {
    minute: { dateStyle: "medium", timeStyle: "short" },
    second: { dateStyle: "medium", timeStyle: "medium" },
    day: { dateStyle: "medium" },
  };
  for (const element of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const style = styles[element.dataset.precision] || styles.minute;
    element.textContent = new Intl.DateTimeFormat(undefined, style).format(moment);
    element.title = element.dateTime;
  }
}

// Buttons that copy what stands beside them. They are hidden until somebody could press them with
// success. What came of it is said in the button's name, which screen readers read out.
function copyButtons() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    const [label, name] = [button.textContent, button.getAttribute("aria-label")];
    const say = (text) => {
      button.textContent = text;
      button.setAttribute("aria-label", text);
      setTimeout(() => {
        button.textContent = label;
        button.setAttribute("aria-label", name);
      }, 2000);
    };
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
        say("Copied");
      } catch {
        // No permission, or no secure connection: select it, so that the reader can.
        const range = document.createRange();
        range.selectNodeContents(source);
        const selection = window.getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        say("Press Ctrl+C or ⌘C");
      }
    });
  }
}

// A permission that is inherent in another is ticked and locked while the other is ticked.
function inherentPermissions() {
  for (const box of document.querySelectorAll("input[data-includes]")) {
    const inherent = document.getElementById(box.dataset.includes);
    if (!inherent) continue;
    const own = inherent.checked;
    let before = box.checked ? false : own;
    const follow = () => {
      if (box.checked) {
        if (!inherent.disabled) before = inherent.checked && own;
        inherent.checked = true;
        inherent.disabled = true;
      } else {
        if (inherent.disabled) inherent.checked = before;
        inherent.disabled = false;
      }
    };
    box.addEventListener("change", follow);
    follow();
  }
}

// A line that follows what happens on the server: asked again every two seconds while somebody is
// there, and changed only when there is something new, since screen readers read it out.
function liveLines() {
  // A page that was left open must not keep a session from ending for want of use.
  const patience = 10 * 60 * 1000;
  let lastSeen = Date.now();
  for (const sign of ["pointermove", "keydown", "visibilitychange"]) {
    document.addEventListener(sign, () => { lastSeen = Date.now(); }, { passive: true });
  }
  for (const line of document.querySelectorAll("[data-live]")) {
    let shown = line.dataset.key;
    const show = (now) => {
      const key = `${now.state} ${now.at ?? ""}`;
      if (key === shown) return;
      shown = key;
      const parts = [now.text];
      if (now.at) {
        const time = document.createElement("time");
        time.dateTime = now.at;
        time.dataset.precision = "second";
        const details = document.createElement("bdi");
        details.textContent = now.details;
        parts.push(time, details);
      }
      line.dataset.state = now.state;
      line.replaceChildren(...parts);
      localTimes(line);
    };
    const timer = setInterval(async () => {
      if (document.hidden || Date.now() - lastSeen > patience) return;
      try {
        const headers = { accept: "application/json" };
        const answer = await fetch(line.dataset.live, { headers, redirect: "manual" });
        if (answer.ok) {
          show(await answer.json());
        } else if (answer.type === "opaqueredirect" || answer.status === 401) {
          clearInterval(timer);
          show({ state: "waiting", text: "Your session is over: reload this page to sign in again." });
        }
      } catch {
        // Tried again in a moment.
      }
    }, 2000);
  }
}

// The menu closes when it is left.
function menus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// A page that answers a form once, such as that of a new token: reloading it leads to the token, and
// who comes back to it, by the browser's memory of pages, does not find the value again.
function oncePages() {
  const once = document.querySelector("[data-address]");
  if (!once) return;
  history.replaceState(null, "", once.dataset.address);
  window.addEventListener("pagehide", () => {
    for (const secret of once.querySelectorAll("[data-secret]")) secret.textContent = "";
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.replace(once.dataset.address);
  });
}

// What went wrong with a form is where the reader is, whatever reads the page.
function failures() {
  const failure = document.querySelector(".notice.failure");
  if (!failure) return;
  failure.tabIndex = -1;
  failure.focus({ preventScroll: true });
}

localTimes(document);
copyButtons();
inherentPermissions();
liveLines();
menus();
oncePages();
failures();
