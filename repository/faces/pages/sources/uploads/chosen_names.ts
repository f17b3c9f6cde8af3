// Names of chosen files as the draft has them: relative paths in one spelling (NFC), whatever the disk's own is.

const LEFT_OUT = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|~\$[^/]*|\.~lock\.[^/]*#)$/i;

// Files that systems put beside those of people.
export function isLeftOut(path: string): boolean {
  return LEFT_OUT.test(path);
}

// The name in the draft of a path on this computer.  Where a folder has two spellings of one name, both go as they are
// spelt: the server says in its words that they cannot stand side by side.
export function keyOf(path: string, spelling: (key: string) => string | undefined): string {
  const key = path.normalize("NFC");
  const first = spelling(key);
  if (first === undefined || first === path) return key;
  return path === key ? path.normalize("NFD") : path;
}

export function inAddress(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
