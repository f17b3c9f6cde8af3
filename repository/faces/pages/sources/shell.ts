// What every page has.
import { offerCopies } from "./copy_buttons";

offerCopies();
