// How long a place is still kept. Without script the page says until when; with it, the minutes count down.
"use strict";
for (const place of document.querySelectorAll(".countdown[data-until]")) {
  const until = Date.parse(place.dataset.until);
  const tick = () => {
    const left = Math.floor((until - Date.now()) / 1000);
    if (left <= 0) {
      window.location.reload();
      return;
    }
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const shown = hours ? `${hours}:${String(minutes).padStart(2, "0")}` : String(minutes);
    place.textContent = place.dataset.text.replace("#", `${shown}:${String(left % 60).padStart(2, "0")}`);
    window.setTimeout(tick, 1000);
  };
  if (until > Date.now()) tick();
}
