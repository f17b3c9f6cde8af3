// Carries the secret of a former letter, which stands after a sharp sign, over into the form of the page.

import "./shell";

const form = document.querySelector<HTMLFormElement>("form[data-carry-over]");
const field = form?.querySelector<HTMLInputElement>("input[name=link]");
if (form && field && location.hash.startsWith("#token=")) {
  field.value = location.hash;
  history.replaceState(null, "", location.pathname + location.search);
  form.requestSubmit();
}
