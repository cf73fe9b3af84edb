// Builds what is served into dist/: the widget's scripts and pages, the demonstration, the dashboard.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'vite';

const root = import.meta.dirname;

/** One script, `dist/${file}`. */
async function script(entry, file, format, output = {}) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2022',
      outDir: 'dist',
      emptyOutDir: false,
      rolldownOptions: { output },
      lib: { entry: `${root}/${entry}`, formats: [format], name: 'MiraBridgeSeat', fileName: () => file },
    },
  });
}

for (const folder of ['widget', 'demo', 'dashboard']) {
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
await script('dashboard/src/main.tsx', 'dashboard/dashboard.js', 'iife');
await script('dashboard/src/parts/plot.ts', 'dashboard/plot.js', 'es', { minify: true });
const copies = {
  'widget/frame/frame.html': 'widget/frame.html',
  'widget/frame/frame.css': 'widget/frame.css',
  'widget/demo/demo-frame.html': 'widget/demo-frame.html',
  'widget/demo.html': 'demo/demo.html',
  'widget/demo/demo.css': 'demo/demo.css',
  'dashboard/index.html': 'dashboard/index.html',
  'dashboard/icon.svg': 'dashboard/icon.svg',
};
for (const [from, to] of Object.entries(copies)) cpSync(`${root}/${from}`, `${root}/dist/${to}`);
const styles = ['node_modules/uplot/dist/uPlot.min.css', 'dashboard/dashboard.css'];
writeFileSync(`${root}/dist/dashboard/dashboard.css`, styles.map((name) => readFileSync(`${root}/${name}`)).join('\n'));
