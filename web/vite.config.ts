/** @file How the playground is built: one page with relative addresses, so that any static host serves it from any folder; nothing inlined that the content security policy would refuse. */
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The notices that the licences of what is bundled ask for.
    license: { fileName: "licenses.md" },
    chunkSizeWarningLimit: 1000,
    // How long plugins took is nobody's concern in a build that takes a second or two.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  worker: { format: "es" },
});
