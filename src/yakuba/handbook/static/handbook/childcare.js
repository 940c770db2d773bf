/* «Use the place of this device»: only when it is pressed; without script the districts do the same. */
"use strict";

(() => {
  const ready = () => {
    const part = document.querySelector("[data-locate]");
    if (!part || !navigator.geolocation) return;
    const button = part.querySelector("button");
    const said = part.querySelector("[data-locate-said]");
    const form = part.closest("form");
    part.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(
        (found) => {
          for (const old of form.querySelectorAll("[name=at]")) old.remove();
          const district = form.querySelector("[name=from]");
          if (district) district.value = "";
          const at = document.createElement("input");
          at.type = "hidden";
          at.name = "at";
          at.value = `${found.coords.latitude.toFixed(3)},${found.coords.longitude.toFixed(3)}`;
          form.append(at);
          form.requestSubmit();
        },
        () => {
          button.disabled = false;
          said.textContent = said.dataset.failed;
        },
        { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 },
      );
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
