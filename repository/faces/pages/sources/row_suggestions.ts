// Suggestions of people, institutions and funders: a choice fills the controls of the row that the form shows.
// Without scripts a button does the same.
import { SuggestionBox } from "./suggestion_box";

interface Finding {
  text: string;
  about: string;
  fields: Record<string, string>;
}

export function offerFindings(root: ParentNode = document): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-look-up]")) {
    new SuggestionBox<Finding>(input, {
      address: input.dataset.lookUp ?? "",
      shown: (one) => ({ text: one.text, lang: "und", about: one.about }),
      take: (one) => fill(input, one.fields),
    });
  }
}

/** Institutions and names in the other language that are typed already stay. */
function fill(input: HTMLInputElement, fields: Record<string, string>): void {
  for (const [path, value] of Object.entries(fields)) {
    const place = path.replace(".identifiers.0.", `.identifiers.${input.dataset.orcid ?? "0"}.`);
    const control = input.form?.elements.namedItem(`${input.dataset.row}.${place}`);
    const isKept = path.startsWith("affiliations.") || path.startsWith("alternate_names.");
    if (control instanceof HTMLInputElement && !(isKept && control.value)) control.value = value;
  }
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
