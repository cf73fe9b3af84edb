// Builds what is served into dist/: the widget's scripts and pages, the demonstration, the dashboard.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'vite';

const root = import.meta.dirname;
// The same files whoever calls: in a test's environment elements would carry where they were written.
process.env.NODE_ENV = 'production';

/**
 * What of uPlot no chart here uses is left out of the script: no legend, no dragging, no points, no other
 * scale than a plain one, and labels of our own. A version of uPlot that has other parts is refused.
 */
const UNNAMED = [
  ...['assign', 'fmtNum', 'rangeNum', 'rangeLog', 'rangeAsinh', 'orient  ', 'join', 'fmtDate', 'addGap', 'clipGaps'].map((name) => `uPlot.${name} = ${name.trim()};`),
  ...['uPlot.sync = _sync;', '(paths.bars    = bars);', '(paths.spline  = monotoneCubic);'],
];
const EMPTIED = [
  ...['rangeLog', 'logAxisSplits', 'asinhAxisSplits', 'log10AxisValsFilt', 'log2AxisValsFilt', 'timeAxisVals', 'timeAxisVal', 'timeAxisStamps', 'timeSeriesStamp', 'fmtDate', 'points', 'linear', 'cursorPointShow', 'legendStroke', 'legendFill'],
  ...['initLegendRow', 'setLegend', 'setLegendValues', 'syncLegend', 'addSeries', 'delSeries', 'addBand', 'delBand', 'mouseDown', 'mouseUp', 'dblClick', 'setFocus', 'pubSync', 'toggleDOM'].map((name) => `\t${name}`),
];
const slim = {
  name: 'slim-uplot',
  transform(code, id) {
    if (!id.includes('uPlot.esm.js')) return null;
    const without = (rest, part, to = '') => {
      const after = rest.replace(part, to);
      if (after === rest) throw new Error(`uPlot has no ${part} any more`);
      return after;
    };
    const left = UNNAMED.reduce((rest, part) => without(rest, part), code);
    return EMPTIED.reduce((rest, name) => {
      const [, indent, bare] = /^(\t?)(.*)$/.exec(name);
      return without(rest, new RegExp(`^${indent}function ${bare}\\([^]*?^${indent}}$`, 'm'), `function ${bare}() {}`);
    }, left);
  },
};

/** One script, `dist/${file}`. */
async function script(entry, file, format, output = {}) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [slim],
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
