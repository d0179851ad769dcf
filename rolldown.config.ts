import { defineConfig } from "rolldown";

/**
 * One chunk per verb: `cli.ts` imports each lazily, so a verb pays only for what it uses.
 * Everything third-party is bundled, because loading it unbundled costs two to four times as much.
 */
export default defineConfig({
  input: { cli: "src/cli.ts" },
  platform: "node",
  output: {
    dir: "dist",
    format: "esm",
    cleanDir: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    minify: false,
  },
});
