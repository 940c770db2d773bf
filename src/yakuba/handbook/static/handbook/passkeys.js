/* Passkeys: sign in with one, or add one. Without script or without support the parts stay hidden. */
"use strict";

(() => {
  const supported = Boolean(window.PublicKeyCredential && navigator.credentials);
  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  const ask = async (url, body) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error("refused");
    return answer.json();
  };
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const packed = (made) => {
    const said = made.response;
    const response = { clientDataJSON: text(said.clientDataJSON) };
    if (said.attestationObject) response.attestationObject = text(said.attestationObject);
    if (said.authenticatorData) response.authenticatorData = text(said.authenticatorData);
    if (said.signature) response.signature = text(said.signature);
    if (said.userHandle) response.userHandle = text(said.userHandle);
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
  };
  const create = (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: known(options.excludeCredentials),
      },
    });
  const get = (options) =>
    navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: known(options.allowCredentials),
      },
    });

  const begin = async (part) => {
    const status = part.querySelector("[role=status]");
    const button = part.querySelector("button");
    status.textContent = "";
    button.disabled = true;
    try {
      const asked = await ask(part.dataset.begin, {});
      const options = asked.options.publicKey;
      const made = part.id === "passkey-add" ? await create(options) : await get(options);
      const next = document.querySelector("[name=next]");
      const done = await ask(part.dataset.finish, {
        secret: asked.secret,
        credential: packed(made),
        next: next ? next.value : "",
      });
      window.location.assign(done.next);
    } catch {
      status.textContent = part.dataset.failed;
      button.disabled = false;
    }
  };

  if (!supported) return;
  for (const part of document.querySelectorAll("#passkey, #passkey-add")) {
    part.hidden = false;
    part.querySelector("button").addEventListener("click", () => begin(part));
  }
})();
