// The form of a draft and the sending of its files.
import { offerCopies } from "./copy_buttons";
import { DraftForm } from "./draft_autosave";
import { FileSender } from "./file_sender";
import { offerSuggestions } from "./search_suggestions";

offerCopies();
offerSuggestions();
customElements.define("draft-form", DraftForm);
customElements.define("file-sender", FileSender);
