// While bytes are on their way the computer does not fall asleep, where a browser can be asked for that.

export class StayingAwake {
  #lock: WakeLockSentinel | null = null;
  #isWanted = false;

  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    if (isWanted) void this.again();
    else this.#letGo();
  }

  // Ask once more: a browser takes its word back when the page is hidden.
  async again(): Promise<void> {
    if (!this.#isWanted || document.hidden || !("wakeLock" in navigator)) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
    } catch {
      return; // as on a battery that is nearly empty: files are sent all the same
    }
    if (!this.#isWanted) this.#letGo();
  }

  #letGo(): void {
    void this.#lock?.release();
    this.#lock = null;
  }
}
