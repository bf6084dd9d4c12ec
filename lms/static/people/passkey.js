// Passkeys. Without this file, or in a browser that has none, nothing of it is shown and every other way is there.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  // What is binary arrives as text (base64url) and leaves so.
  const readable = (ask) => ({
    ...ask, challenge: bytes(ask.challenge), ...(ask.user && { user: { ...ask.user, id: bytes(ask.user.id) } }),
    allowCredentials: known(ask.allowCredentials), excludeCredentials: known(ask.excludeCredentials),
  });
  const sendable = (made) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response,
      clientExtensionResults: made.getClientExtensionResults(),
    });
  };
  const ask = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const reply = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(reply.status);
    return (await reply.json()).request_options;
  };

  const fits = async ({ host, own }) =>
    window.PublicKeyCredential && (location.hostname === host || location.hostname.endsWith("." + host))
    && !(own && !await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable());

  document.querySelectorAll("form[data-passkey]").forEach(async (form) => {
    const make = form.dataset.passkey === "make";
    if (!await fits(form.dataset)) return;
    document.querySelectorAll("[data-passkey-shows]").forEach((part) => { part.hidden = false; });
    document.querySelectorAll("[data-passkey-hides]").forEach((part) => { part.hidden = true; });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      const status = form.querySelector("[role=status]");
      status.textContent = "";
      button.disabled = true;
      try {
        const publicKey = readable((await ask(form)).publicKey);
        const made = await navigator.credentials[make ? "create" : "get"]({ publicKey });
        form.elements.credential.value = sendable(made);
        form.submit();
      } catch (error) {
        status.textContent = error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed;
      }
      button.disabled = false;
    });
  });
})();
