import type { Survey } from "./survey.ts";

/** Libraries that run models on a GPU, by their names in a registry. */
const GPU_LIBRARIES = new Set([
  ...["torch", "vllm", "transformers", "tensorflow", "jax", "jaxlib", "flax", "accelerate", "bitsandbytes"],
  ...["llama-cpp-python", "llama-cpp", "exllamav2", "ctransformers", "tensorrt", "tensorrt-llm", "cupy"],
  ...["auto-gptq", "deepspeed", "sglang", "onnxruntime-gpu", "faster-whisper", "sentence-transformers"],
  ...["node-llama-cpp", "@tensorflow/tfjs-node-gpu"],
]);

/** The first of the dependencies that needs a GPU; null where none does. */
export function gpuLibrary(survey: Survey): string | null {
  const names = [...survey.packageJson.dependencies, ...pythonDependencies(survey)].sort();
  return names.find((name) => GPU_LIBRARIES.has(name)) ?? null;
}

/** Names that the Python project files require, lower-case and with dashes. */
function pythonDependencies({ texts }: Survey): readonly string[] {
  return [...texts].filter(([name]) => name !== "package.json").flatMap(([, text]) => namesIn(text));
}

/** Quoted requirements (`"torch>=2"`), keys of a table (`torch = "^2"`) and plain lines (`torch==2.1`). */
function namesIn(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) => [
      ...[...line.matchAll(/["']([A-Za-z][\w.-]*)/g)].map((match) => match[1] ?? ""),
      /^\s*([A-Za-z][\w.-]*)\s*(?:$|[=<>!~;[@#])/.exec(line)?.[1] ?? "",
    ])
    .filter((name) => name !== "")
    .map((name) => name.toLowerCase().replaceAll(/[._]/g, "-"));
}
