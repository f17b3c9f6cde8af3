// Where the folders are that were dropped for a draft, so that one button goes on after a reload.  The browser keeps the
// place and never the bytes, and asks the person before it reads there again; others than Chromium keep nothing.

interface Place extends FileSystemHandle {
  requestPermission?(wanted: { mode: "read" }): Promise<PermissionState>;
}

interface DroppedItem extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

const DATABASE = "uploads";
const PLACES = "places";

// What was dropped; called within the event of the drop, as its list is gone afterwards.
export async function droppedPlaces(data: DataTransfer | null): Promise<FileSystemHandle[]> {
  const items = [...(data?.items ?? [])] as DroppedItem[];
  const asked = items.filter((item) => item.kind === "file").map((item) => item.getAsFileSystemHandle?.());
  return (await Promise.all(asked)).filter((place) => place instanceof FileSystemHandle);
}

// Those of the places that may be read; a browser that was restarted asks the person about each.
export async function readable(places: readonly FileSystemHandle[]): Promise<FileSystemHandle[]> {
  const granted: FileSystemHandle[] = [];
  for (const place of places as readonly Place[])
    if ((await place.requestPermission?.({ mode: "read" })) === "granted") granted.push(place);
  return granted;
}

export class KeptFolders {
  readonly #draft: string;

  constructor(draft: string) {
    this.#draft = draft;
  }

  all(): Promise<FileSystemHandle[]> {
    return this.#within("readonly", (store) => store.get(this.#draft), []);
  }

  async keep(places: readonly FileSystemHandle[]): Promise<void> {
    if (places.length === 0) return;
    const known = await this.all();
    const isKnown = await Promise.all(places.map((place) => isAmong(place, known)));
    const all = [...known, ...places.filter((_, number) => !isKnown[number])];
    await this.#within("readwrite", (store) => store.put(all, this.#draft), undefined);
  }

  async forget(): Promise<void> {
    await this.#within("readwrite", (store) => store.delete(this.#draft), undefined);
  }

  // The answer of the browser's database; `otherwise` where it has none, as in a private window.
  #within<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest, otherwise: T): Promise<T> {
    return new Promise((take) => {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(PLACES);
      opening.onerror = () => take(otherwise);
      opening.onsuccess = () => {
        const database = opening.result;
        const asked = ask(database.transaction(PLACES, mode).objectStore(PLACES));
        const end = (found: T): void => {
          database.close();
          take(found);
        };
        asked.onsuccess = () => end((asked.result as T | undefined) ?? otherwise);
        asked.onerror = () => end(otherwise);
      };
    });
  }
}

async function isAmong(place: FileSystemHandle, known: readonly FileSystemHandle[]): Promise<boolean> {
  for (const other of known) if (await other.isSameEntry(place)) return true;
  return false;
}
