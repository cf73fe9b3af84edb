// Builds what is served into dist/: the widget's scripts and pages, and the demonstration.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { build } from 'vite';

const root = import.meta.dirname;

/** One script, `dist/${file}`. */
async function script(entry, file, format) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2022',
      outDir: 'dist',
      emptyOutDir: false,
      lib: { entry: `${root}/${entry}`, formats: [format], name: 'MiraBridgeSeat', fileName: () => file },
    },
  });
}

for (const folder of ['widget', 'demo']) {
  rmSync(`${root}/dist/${folder}`, { recursive: true, force: true });
  mkdirSync(`${root}/dist/${folder}`, { recursive: true });
}
await script('widget/src/index.ts', 'widget/seat.js', 'iife');
await script('widget/src/index.ts', 'widget/seat.mjs', 'es');
await script('widget/src/element-script.ts', 'widget/element.js', 'iife');
await script('widget/src/element.ts', 'widget/element.mjs', 'es');
await script('widget/frame/frame.ts', 'widget/frame.js', 'iife');
await script('widget/demo/line.ts', 'widget/demo-line.js', 'iife');
await script('widget/demo/demo.ts', 'demo/demo.js', 'iife');
const copies = {
  'widget/frame/frame.html': 'widget/frame.html',
  'widget/frame/frame.css': 'widget/frame.css',
  'widget/demo/demo-frame.html': 'widget/demo-frame.html',
  'widget/demo.html': 'demo/demo.html',
  'widget/demo/demo.css': 'demo/demo.css',
};
for (const [from, to] of Object.entries(copies)) cpSync(`${root}/${from}`, `${root}/dist/${to}`);
