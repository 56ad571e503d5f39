// The gateway's figures, once a second, as server-sent events. Read with fetch, which can carry the token.

import { send, token } from "./api.js";

const kept = 300;

class Live {
  /** The last five minutes, oldest first; see `GET /admin/v1/events`. */
  history = [];
  isConnected = false;
  /** The gateway wants a token, or another one. */
  isRefused = false;
  #listeners = new Set();
  #isRunning = false;

  /** Calls `listener(figures)` with each second's figures, and with null when the connection is lost or comes back. */
  subscribe(listener, signal) {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
    if (!this.#isRunning) this.#run();
  }

  async #run() {
    this.#isRunning = true;
    let wait = 500;
    while (true) {
      try {
        const response = await send("/admin/v1/events");
        this.isRefused = false;
        this.#connect(true);
        wait = 500;
        await this.#read(response.body.getReader());
      } catch (error) {
        // Also when the gateway restarts: it is asked again until it answers.
        this.isRefused = error.status === 401;
      }
      this.#connect(false);
      if (this.isRefused) await this.#otherToken();
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, 5_000);
    }
  }

  async #otherToken() {
    this.#tell(null);
    while (token.get() === null) await new Promise((resolve) => setTimeout(resolve, 200));
  }

  async #read(reader) {
    const decoder = new TextDecoder();
    let text = "";
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      let end;
      while ((end = text.indexOf("\n\n")) >= 0) {
        this.#event(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  }

  #event(block) {
    let name = "message";
    let data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      if (line.startsWith("data: ")) data += line.slice(6);
    }
    if (name === "history") {
      this.history = JSON.parse(data);
      this.#tell(this.history.at(-1) ?? null);
    } else if (name === "figures") {
      const figures = JSON.parse(data);
      this.history.push(figures);
      if (this.history.length > kept) this.history.splice(0, this.history.length - kept);
      this.#tell(figures);
    }
  }

  #connect(isConnected) {
    if (this.isConnected === isConnected) return;
    this.isConnected = isConnected;
    this.#tell(null);
  }

  #tell(figures) {
    for (const listener of [...this.#listeners]) listener(figures);
  }
}

export const live = new Live();
