// Files of dropped folders and of chosen ones, a few at a time, so that the page stays alive with 20,000 of them.

export interface FoundFile {
  path: string;
  file: File;
}

export interface Walk {
  found: FoundFile[];
  // Folders without a file: a repository has files only.
  emptyFolders: number;
  unreadable: string[];
}

const AT_ONCE = 250;

// What was dropped; the list of a drop is gone when its event is over, so this is called within it.
export function dropped(data: DataTransfer | null): FileSystemEntry[] {
  const entries: FileSystemEntry[] = [];
  for (const item of data?.items ?? []) {
    const entry = item.kind === "file" ? item.webkitGetAsEntry() : null;
    if (entry) entries.push(entry);
  }
  return entries;
}

export async function* walkEntries(entries: readonly FileSystemEntry[]): AsyncGenerator<Walk> {
  const waiting = entries.map((entry) => ({ entry, path: entry.name })).reverse();
  let walk = nothing();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { entry, path } = next;
    if (entry.isFile) {
      const files = [next];
      while (files.length < AT_ONCE && waiting.at(-1)?.entry.isFile) files.push(waiting.pop()!);
      await Promise.all(files.map((each) => read(each.entry as FileSystemFileEntry, each.path, walk)));
    } else {
      const inside = await entriesOf(entry as FileSystemDirectoryEntry, path, walk);
      if (inside.length === 0) walk.emptyFolders += 1;
      for (const each of inside.reverse()) waiting.push({ entry: each, path: `${path}/${each.name}` });
    }
    if (walk.found.length >= AT_ONCE) {
      yield walk;
      walk = nothing();
      await breath();
    }
  }
  yield walk;
}

// Files below the places that the browser has kept since they were dropped.
export async function* walkPlaces(places: readonly FileSystemHandle[]): AsyncGenerator<Walk> {
  const waiting = places.map((place) => ({ place, path: place.name })).reverse();
  let walk = nothing();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { place, path } = next;
    try {
      if (place.kind === "file") walk.found.push({ path, file: await (place as FileSystemFileHandle).getFile() });
      else {
        const before = waiting.length;
        for await (const inside of (place as FileSystemDirectoryHandle).values())
          waiting.push({ place: inside, path: `${path}/${inside.name}` });
        if (waiting.length === before) walk.emptyFolders += 1;
      }
    } catch {
      walk.unreadable.push(place.kind === "file" ? path : `${path}/`); // moved or taken away since
    }
    if (walk.found.length < AT_ONCE) continue;
    yield walk;
    walk = nothing();
    await breath();
  }
  yield walk;
}

// Files of an <input>, whose list is taken at once: the control is emptied for the next choice.
export async function* walkFiles(files: readonly File[]): AsyncGenerator<Walk> {
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const found = files.slice(at, at + AT_ONCE).map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    yield { ...nothing(), found };
    await breath();
  }
}

function nothing(): Walk {
  return { found: [], emptyFolders: 0, unreadable: [] };
}

async function read(entry: FileSystemFileEntry, path: string, walk: Walk): Promise<void> {
  try {
    const file = await new Promise<File>((take, fail) => entry.file(take, fail));
    walk.found.push({ path, file });
  } catch {
    walk.unreadable.push(path); // told to the person, who may close what holds the file
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry, path: string, walk: Walk): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  try {
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((take, fail) => reader.readEntries(take, fail));
      if (some.length === 0) return all;
      all.push(...some);
    }
  } catch {
    walk.unreadable.push(`${path}/`);
    return all;
  }
}

// Let the browser draw and answer before the next piece of work.
export function breath(): Promise<void> {
  return new Promise((go) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      go();
    };
    channel.port2.postMessage(null);
  });
}
