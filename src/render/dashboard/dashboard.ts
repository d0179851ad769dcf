import { performance } from "node:perf_hooks";
import type { Screen } from "../../recording/request.ts";
import type { Happening } from "../../sessions/happening.ts";
import { ASCII, BLOCKS } from "./bars.ts";
import { widthOf } from "./display-width.ts";
import type { Style } from "./form.ts";
import type { FrameStream } from "./frame-stream.ts";
import type { Frames } from "./frames.ts";
import { layout, type Size } from "./layout.ts";
import { painted } from "./paint.ts";
import type { Line } from "./panels.ts";
import { DashboardState } from "./state.ts";
import { SuiteTail } from "./suite-tail.ts";

interface Surface {
  readonly stream: FrameStream;
  readonly size: () => Size;
  /** Calls back whenever the size has changed, until the returned function is called. */
  readonly onResize: (changed: () => void) => () => void;
  /** Calls back whenever gate goes on after it was stopped, until the returned function is called. */
  readonly onContinue: (continued: () => void) => () => void;
  readonly style: Style;
  readonly now: () => Date;
  readonly abort: AbortSignal;
}

/** At most four frames a second, one a second where nothing but the time changes. */
const SHORTEST_MS = 250;
const CALM_MS = 1000;
const LONGEST_MS = 2000;
/** So much of the time may go into drawing. */
const SHARE = 0.008;

/** Draws a run as it goes on, in place of what the suite says, and leaves a summary. */
export class Dashboard implements Screen {
  readonly suiteOutput = new SuiteTail();
  readonly #surface: Surface;
  readonly #state = new DashboardState();
  readonly #stopWatching: readonly (() => void)[];
  #frames: Frames | null = null;
  #size: Size;
  #drawn: readonly Line[] = [];
  #changed = true;
  #lastDrawn = 0;
  #cost = 0;
  #closed = false;
  #timer: NodeJS.Timeout;

  constructor(surface: Surface) {
    this.#surface = surface;
    this.#size = surface.size();
    const interrupted = () => this.#interrupt();
    surface.abort.addEventListener("abort", interrupted);
    this.#stopWatching = [
      surface.onResize(() => this.#resized()),
      surface.onContinue(() => this.#continued()),
      () => surface.abort.removeEventListener("abort", interrupted),
    ];
    this.#timer = setTimeout(() => this.#tick(), SHORTEST_MS).unref();
    if (surface.abort.aborted) interrupted();
  }

  take(happening: Happening): void {
    this.#state.take(happening);
    this.#changed = true;
  }

  /** The next frame shows it. */
  flush(): void {}

  finish(): readonly string[] {
    this.#close();
    return [];
  }

  /** Says something above the screen. False where there is none any more. */
  say(text: string): boolean {
    if (this.#closed) return false;
    this.#erase();
    this.#surface.stream.write(`${text}\n`);
    this.#changed = true;
    return true;
  }

  /** What was drawn stays as it is: whoever started gate may have ended already, and written below it. */
  #interrupt(): void {
    if (this.#closed) return;
    this.#stop();
    this.#frames?.close();
    this.#surface.stream.end();
  }

  #tick(): void {
    const since = performance.now() - this.#lastDrawn;
    if (this.#changed || since >= CALM_MS) this.#draw();
    const pause = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.#cost / SHARE));
    if (!this.#closed) this.#timer = setTimeout(() => this.#tick(), pause).unref();
  }

  /** What draws is loaded while the suite starts already. Without it the run goes on as well. */
  #draw(): void {
    import("./frames.ts").then(({ openFrames }) => this.#drawWith(openFrames)).catch(() => this.#close());
  }

  #drawWith(openFrames: (stream: FrameStream) => Frames): void {
    if (this.#closed) return;
    const begun = performance.now();
    this.#frames ??= openFrames(this.#surface.stream);
    this.#show(this.#frames);
    this.#changed = false;
    this.#lastDrawn = performance.now();
    this.#cost = this.#lastDrawn - begun;
  }

  #show(frames: Frames): void {
    this.#drawn = this.#lines();
    frames.draw(this.#painted());
  }

  #lines(): readonly Line[] {
    const { style, now } = this.#surface;
    const shown = { state: this.#state, now: now(), output: this.suiteOutput.lines() };
    return layout(shown, this.#size, style.blocks ? BLOCKS : ASCII);
  }

  #painted(): readonly string[] {
    return this.#drawn.map((line) => painted(line, this.#surface.style.colour));
  }

  #resized(): void {
    if (this.#closed) return;
    const drawn = this.#frames !== null;
    this.#erase();
    this.#size = this.#surface.size();
    this.#surface.stream.columns = this.#size.columns;
    if (drawn) this.#draw();
  }

  /** The shell has written below the frame meanwhile: that one stays, and the next comes below. */
  #continued(): void {
    if (this.#frames === null) return;
    this.#frames.close();
    this.#frames = null;
    this.#draw();
  }

  /** Takes the frame off the screen, where the terminal may have broken its lines anew. */
  #erase(): void {
    if (this.#frames === null) return;
    this.#frames.close();
    this.#frames = null;
    const { columns } = this.#surface.size();
    const rows = this.#drawn.map((line) => {
      const width = line.reduce((sum, { text }) => sum + widthOf(text), 0);
      return Math.max(1, Math.ceil(width / Math.max(1, columns)));
    });
    const up = rows.reduce((sum, row) => sum + row, 0);
    this.#surface.stream.write(`${up === 0 ? "" : `\u001b[${up}A`}\r\u001b[J`);
    this.#drawn = [];
  }

  #close(): void {
    if (this.#closed) return;
    this.#stop();
    if (this.#frames === null) {
      this.#drawn = this.#lines();
      this.#surface.stream.write(
        this.#painted()
          .map((line) => `${line}\n`)
          .join(""),
      );
    } else {
      this.#show(this.#frames);
      this.#frames.close();
    }
    this.#surface.stream.end();
  }

  #stop(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stopWatching) stop();
  }
}
