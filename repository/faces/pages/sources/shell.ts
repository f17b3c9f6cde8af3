// What every page has.
import { offerCopies } from "./copy_buttons";
import { offerSuggestions } from "./search_suggestions";
import { focusFaults, offerPasswords } from "./shown_passwords";

offerCopies();
offerPasswords();
focusFaults();
offerSuggestions();
