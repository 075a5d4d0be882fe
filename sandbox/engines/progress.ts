/** What happens while engines are found or built. */
export type EngineEvent =
  | { readonly kind: "found"; readonly engine: string; readonly where: string }
  | { readonly kind: "waiting" }
  | {
      readonly kind: "started";
      readonly engine: string;
      readonly step: number;
      readonly of: number;
      readonly expectedMinutes: number;
    }
  | { readonly kind: "built"; readonly engine: string; readonly step: number; readonly of: number }
  | { readonly kind: "done" };

export type Report = (event: EngineEvent) => void;

interface Output {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

interface Started {
  readonly label: string;
  readonly expectedMinutes: number;
  readonly at: number;
}

const TERMINAL_EVERY_MS = 1_000;
const LOG_EVERY_MS = 30_000;

/**
 * Tells of the building on a terminal, where one line is rewritten every second, or in a plain log, where a line
 * is added every half minute.
 */
export class Progress {
  readonly #output: Output;
  readonly #running = new Map<string, Started>();
  #ticking: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  readonly report: Report = (event) => {
    const line = this.#update(event);
    if (line !== undefined) this.#print(line);
    if (this.#running.size > 0) this.#startTicking();
    else this.#stopTicking();
  };

  #update(event: EngineEvent): string | undefined {
    switch (event.kind) {
      case "found":
        return event.where === "cache" ? undefined : `engine ${event.engine}: using ${event.where}`;
      case "waiting":
        return "engines are being built by another process; waiting for it";
      case "started": {
        const { engine, step, of, expectedMinutes } = event;
        const label = `engine ${step} of ${of}, ${engine}`;
        this.#running.set(engine, { label, expectedMinutes, at: performance.now() });
        return `${label}: building, about ${expectedMinutes} min`;
      }
      case "built": {
        const started = this.#running.get(event.engine);
        this.#running.delete(event.engine);
        return started && `${started.label}: built in ${clock(performance.now() - started.at)}`;
      }
      case "done":
        this.#running.clear();
        return undefined;
    }
  }

  #print(line: string): void {
    this.#output.write(this.#output.isTTY ? `\r\u001b[K${line}\n` : `${line}\n`);
  }

  #startTicking(): void {
    if (this.#ticking) return;
    const every = this.#output.isTTY ? TERMINAL_EVERY_MS : LOG_EVERY_MS;
    this.#ticking = setInterval(() => {
      const states = [...this.#running.values()].map(
        ({ label, expectedMinutes, at }) => `${label}: ${clock(performance.now() - at)} of about ${expectedMinutes}:00`,
      );
      this.#output.write(this.#output.isTTY ? `\r\u001b[K${states.join(" · ")}` : `${states.join(" · ")}\n`);
    }, every);
    this.#ticking.unref();
  }

  #stopTicking(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }
}

/** Minutes and seconds, as 3:07. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
