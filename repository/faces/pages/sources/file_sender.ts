// Sends files and folders by the API, four at a time, begins when they are chosen, and tells the state of each.

const AT_ONCE = 4;
const ROWS = 200;
const LONGEST_PAUSE = 60_000;

interface Chosen {
  key: string;
  file: File;
  row?: Row;
}

interface Row {
  state: HTMLElement;
  bar: HTMLProgressElement;
  item: HTMLLIElement;
}

export class FileSender extends HTMLElement {
  #queue: Chosen[] = [];
  #running = 0;
  #done = 0;
  #count = 0;
  #unfinished = 0;
  #list = document.createElement("ul");
  #total = document.createElement("p");

  connectedCallback(): void {
    const form = this.querySelector("form");
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    if (!form || !input) return;
    this.#list.className = "sent";
    this.#total.setAttribute("role", "status");
    form.append(this.#total, this.#list);
    form.querySelector("button[type=submit]")?.remove();
    form.querySelector(".hint")?.replaceChildren(this.dataset.drop ?? "");
    input.addEventListener("change", () => this.#take(input));
    form.append(this.#folderChoice());
    form.addEventListener("dragover", (event) => (event.preventDefault(), form.classList.add("over")));
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over");
      void this.#dropped(event.dataTransfer);
    });
    addEventListener("beforeunload", (event) => this.#unfinished > 0 && event.preventDefault());
  }

  #folderChoice(): HTMLElement {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.className = "label";
    label.textContent = this.dataset.folder ?? "";
    input.type = "file";
    input.webkitdirectory = true;
    input.addEventListener("change", () => this.#take(input));
    label.append(input);
    return label;
  }

  #take(input: HTMLInputElement): void {
    for (const file of input.files ?? []) this.#add(file.webkitRelativePath || file.name, file);
    input.value = "";
    this.#work();
  }

  async #dropped(data: DataTransfer | null): Promise<void> {
    const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry());
    for (const entry of entries) if (entry) await this.#walk(entry, "");
    this.#work();
  }

  async #walk(entry: FileSystemEntry, folder: string): Promise<void> {
    if (entry.isFile) {
      const file = await new Promise<File>((take, fail) => (entry as FileSystemFileEntry).file(take, fail));
      this.#add(folder + entry.name, file);
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      const inside = await new Promise<FileSystemEntry[]>((take, fail) => reader.readEntries(take, fail));
      if (!inside.length) return;
      for (const each of inside) await this.#walk(each, `${folder}${entry.name}/`);
    }
  }

  #add(key: string, file: File): void {
    if (/(^|\/)(\.DS_Store|Thumbs\.db|~\$[^/]*)$/.test(key)) return;
    this.#queue.push({ key: key.normalize("NFC"), file });
    this.#count += 1;
    this.#unfinished += 1;
  }

  #work(): void {
    this.#tell();
    while (this.#running < AT_ONCE && this.#queue.length) {
      const next = this.#queue.shift();
      if (!next) break;
      this.#running += 1;
      void this.#send(next).finally(() => {
        this.#running -= 1;
        this.#work();
      });
    }
  }

  #tell(): void {
    const words = this.dataset.total ?? "";
    this.#total.textContent = this.#count
      ? words.replace("{done}", String(this.#done)).replace("{count}", String(this.#count))
      : "";
  }

  #row(chosen: Chosen): Row {
    if (chosen.row) return chosen.row;
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    const state = document.createElement("span");
    const bar = document.createElement("progress");
    name.textContent = chosen.key;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", chosen.key);
    item.append(name, state, bar);
    this.#list.append(item);
    if (this.#list.childElementCount > ROWS) this.#list.querySelector("li.done")?.remove();
    chosen.row = { state, bar, item };
    return chosen.row;
  }

  async #send(chosen: Chosen): Promise<void> {
    const row = this.#row(chosen);
    row.state.textContent = this.dataset.sending ?? "";
    for (let pause = 1000; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      const reply = await this.#put(chosen, row);
      if (reply.status === 200 || reply.status === 201) return this.#stored(chosen, row, reply.status);
      const again = reply.status === 0 || reply.status === 429 || reply.status >= 500;
      if (!again) return this.#failed(chosen, row, reply);
      await new Promise((go) => setTimeout(go, (reply.retry || pause) * (0.8 + 0.4 * Math.random())));
    }
  }

  #put(chosen: Chosen, row: Row): Promise<{ status: number; reason: string; retry: number }> {
    const path = chosen.key.split("/").map(encodeURIComponent).join("/");
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("PUT", `${this.dataset.address}/${path}/content`);
      request.setRequestHeader("X-CSRF-Token", this.dataset.csrf ?? "");
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => {
        row.bar.value = event.lengthComputable ? event.loaded / event.total : 0;
      });
      request.addEventListener("loadend", () => {
        const retry = Number(request.getResponseHeader("Retry-After") ?? 0) * 1000;
        done({ status: request.status, reason: reasonIn(request.responseText), retry });
      });
      request.send(chosen.file);
    });
  }

  async #stored(chosen: Chosen, row: Row, status: number): Promise<void> {
    if (status === 200 && !(await this.#commit(chosen))) return this.#failed(chosen, row, { status: 409, reason: "" });
    row.state.textContent = this.dataset.stored ?? "";
    row.bar.value = 1;
    row.item.className = "done";
    this.#done += 1;
    this.#unfinished -= 1;
    this.#tell();
  }

  async #commit(chosen: Chosen): Promise<boolean> {
    const path = chosen.key.split("/").map(encodeURIComponent).join("/");
    const reply = await fetch(`${this.dataset.address}/${path}/commit`, {
      method: "POST",
      headers: { "X-CSRF-Token": this.dataset.csrf ?? "" },
    });
    return reply.ok;
  }

  #failed(chosen: Chosen, row: Row, reply: { status: number; reason: string }): void {
    const reason = reply.status === 401 || reply.status === 403 ? (this.dataset.signedOut ?? "") : reply.reason;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "second";
    retry.textContent = this.dataset.retry ?? "";
    retry.setAttribute("aria-label", `${this.dataset.retry}: ${chosen.key}`);
    retry.addEventListener("click", () => {
      retry.remove();
      this.#queue.push(chosen);
      this.#work();
    });
    row.state.textContent = (this.dataset.failed ?? "").replace("{reason}", reason || String(reply.status));
    row.item.append(retry);
  }
}

function reasonIn(text: string): string {
  try {
    const problem = JSON.parse(text) as { message?: string; errors?: { messages: string[] }[] };
    return problem.errors?.flatMap((error) => error.messages).join(" ") || problem.message || "";
  } catch {
    return "";
  }
}
