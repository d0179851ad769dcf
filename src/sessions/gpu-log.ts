import { join } from "node:path";
import { AppendedFile } from "../adapters/files/appended-file.ts";
import { stateOfFile } from "../adapters/files/files.ts";
import type { Happening, RunObserver } from "./happening.ts";

export const GPU_LOG = "gpu.csv";
const HEADER = "time,index,name,utilisation_percent,memory_used_mib,memory_total_mib,temperature_c,power_w";

/** `gpu.csv`: what each GPU was doing, about once a second. There is none where there is no GPU. */
export class GpuLog implements RunObserver {
  readonly #file: AppendedFile;
  #begun: boolean;

  constructor(directory: string) {
    const path = join(directory, GPU_LOG);
    this.#file = new AppendedFile(path);
    // a session that is resumed has one
    this.#begun = stateOfFile(path) !== null;
  }

  take(happening: Happening): void {
    if (happening.kind !== "gpu") return;
    const { gpu, at } = happening;
    if (!this.#begun) this.#file.add(HEADER);
    this.#begun = true;
    const name = /[",]/.test(gpu.name) ? `"${gpu.name.replaceAll('"', '""')}"` : gpu.name;
    const numbers = [gpu.utilisation, gpu.memoryUsedMiB, gpu.memoryTotalMiB, gpu.temperature, gpu.power];
    this.#file.add([at.toISOString(), gpu.index, name, ...numbers.map((number) => number ?? "")].join(","));
  }

  flush(): void {
    this.#file.flush();
  }

  finish(): readonly string[] {
    const problem = this.#file.close();
    return problem === null ? [] : [`${GPU_LOG} is not whole: ${problem}`];
  }
}
