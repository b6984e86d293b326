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
// success.
function copyButtons() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = "value" in source ? source.value : source.textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        // No permission, or no secure connection: select it, so that the reader can.
        const range = document.createRange();
        range.selectNodeContents(source);
        const selection = window.getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        button.textContent = "Press Ctrl+C";
      }
      setTimeout(() => { button.textContent = label; }, 2000);
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

// A line that follows what happens on the server: asked again every two seconds while it is seen,
// and changed only when there is something new, since screen readers read it out.
function liveLines() {
  for (const line of document.querySelectorAll("[data-live]")) {
    let shown = null;
    const refresh = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(line.dataset.live, { headers: { accept: "application/json" } });
        if (!answer.ok || answer.redirected) return;
        const text = await answer.text();
        if (text === shown) return;
        shown = text;
        const now = JSON.parse(text);
        const parts = [now.text];
        if (now.at) {
          const time = document.createElement("time");
          time.dateTime = now.at;
          time.dataset.precision = "second";
          parts.push(time, now.details);
        }
        line.dataset.state = now.state;
        line.replaceChildren(...parts);
        localTimes(line);
      } catch {
        // Tried again in a moment.
      }
    };
    setInterval(refresh, 2000);
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

// A page that answers a form once, such as that of a new token: reloading it, or coming back to it,
// must not send the form again.
function oncePages() {
  const once = document.querySelector("[data-address]");
  if (once) history.replaceState(null, "", once.dataset.address);
}

localTimes(document);
copyButtons();
inherentPermissions();
liveLines();
menus();
oncePages();
