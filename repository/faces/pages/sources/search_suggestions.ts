// Suggestions of the search field: titles, people, keywords.  A choice leads to its page; Enter searches.
import { SuggestionBox } from "./suggestion_box";

interface Suggestion {
  kind: "title" | "person" | "keyword";
  text: string;
  url: string;
  lang: string;
}

export function offerSuggestions(root: ParentNode = document): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-suggest]")) {
    new SuggestionBox<Suggestion>(input, {
      address: input.dataset.suggest ?? "",
      shown: (one) => ({ text: one.text, lang: one.lang, about: input.dataset[`${one.kind}s`] ?? "" }),
      take: (one) => location.assign(one.url),
    });
  }
}
