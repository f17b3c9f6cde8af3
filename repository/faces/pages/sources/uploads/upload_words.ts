// Words of the page with numbers in them.  Every sentence comes from the server, in the reader's language.

export class Words {
  readonly #table: Readonly<Record<string, string>>;
  readonly #numbers: Intl.NumberFormat;

  constructor(table: Readonly<Record<string, string>>, language: string) {
    this.#table = table;
    this.#numbers = new Intl.NumberFormat(language);
  }

  // The sentence `name`; a `count` of one takes the singular, if the language has one.
  say(name: string, places: Readonly<Record<string, string | number>> = {}): string {
    const singular = places.count === 1 ? this.#table[`${name}_one`] : undefined;
    return (singular ?? this.#table[name] ?? name).replace(/\{(\w+)\}/g, (all, place: string) => {
      const value = places[place];
      return value === undefined ? all : typeof value === "number" ? this.#numbers.format(value) : value;
    });
  }

  // A length of time, no finer than anybody plans by.
  time(seconds: number): string {
    if (seconds < 90) return this.say("seconds", { count: Math.max(1, Math.ceil(seconds)) });
    if (seconds < 5400) return this.say("minutes", { count: Math.round(seconds / 60) });
    return this.say("hours", { count: Math.round(seconds / 3600) });
  }
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

// Bytes in units of a thousand, as the server writes them.
export function humanSize(size: number): string {
  let [value, unit] = [size, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1)} ${UNITS[unit]}`;
}
