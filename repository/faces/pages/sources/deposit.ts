// The form of a draft and the sending of its files.
import { offerCopies } from "./copy_buttons";
import { DraftForm } from "./draft_autosave";
import { offerFindings } from "./row_suggestions";
import { offerSuggestions } from "./search_suggestions";
import { FileUploader } from "./uploads/uploader_element";

offerCopies();
offerSuggestions();
offerFindings();
customElements.define("draft-form", DraftForm);
customElements.define("file-uploader", FileUploader);
