import { defineConfig } from 'vite';

// One script and one style sheet with hashed names; nothing inline, since the page's policy forbids it.
export default defineConfig({
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
