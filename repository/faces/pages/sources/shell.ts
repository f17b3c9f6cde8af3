// What every page has.
import { offerCopies } from "./copy_buttons";
import { focusFaults, offerPasswords } from "./shown_passwords";

offerCopies();
offerPasswords();
focusFaults();
