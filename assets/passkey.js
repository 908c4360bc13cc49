// Passkeys: asks our house for a question, the device for an answer, and sends it with the form. Where a browser cannot, the
// form stays hidden.
const can = window.PublicKeyCredential?.parseCreationOptionsFromJSON && window.PublicKeyCredential?.parseRequestOptionsFromJSON;

const ask = async (form) => {
  const { ceremony, options } = await (await fetch(form.dataset.begin, { method: "POST" })).json();
  const isNew = form.dataset.passkey === "new";
  const publicKey = isNew ? PublicKeyCredential.parseCreationOptionsFromJSON(options) : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const answer = await (isNew ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
  form.elements.ceremony.value = ceremony;
  form.elements.answer.value = JSON.stringify(answer);
};

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  if (!can || !form.dataset.domain || !`.${location.hostname}`.endsWith(`.${form.dataset.domain}`)) return;
  form.hidden = false;
  document.querySelectorAll("[data-no-passkey]").forEach((told) => { told.hidden = true; });
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    const told = form.querySelector("[data-told]");
    told.hidden = true;
    try {
      await ask(form);
      form.requestSubmit();
    } catch {
      told.hidden = false;
    }
  });
});
