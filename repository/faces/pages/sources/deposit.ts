// The form of a draft and the sending of its files.
import { offerCopies } from "./copy_buttons";
import { DraftForm } from "./draft_autosave";
import { offerSuggestions } from "./search_suggestions";
import { FileUploader } from "./uploads/uploader_element";

offerCopies();
offerSuggestions();
customElements.define("draft-form", DraftForm);
customElements.define("file-uploader", FileUploader);
