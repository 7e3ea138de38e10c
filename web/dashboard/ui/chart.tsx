import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { timeOfDay } from "../../shared/time";
import { rate } from "./parts";

const HEIGHT = 150;

// How much time a chart shows at least.
const SECONDS = 60;
const COLORS = ["--accent", "--good", "--warn", "--bad"];

/** A line of a chart. */
export interface Series {
  name: string;
  values: (number | null)[];
}

/** Values over the last minutes. A table of the newest values is in the legend, for those who cannot see the lines. */
export function Chart({ title, times, series, unit = "", format = rate }: {
  title: string; times: number[]; series: Series[]; unit?: string; format?: (value: number) => string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const names = series.map(one => one.name).join();
  const data = padded(times, series);
  useEffect(() => {
    // Functions: the colours change with the scheme.
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => () => style.getPropertyValue(name).trim();
    const axis = { stroke: color("--dim"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const { current: element } = box;
    const made = chart.current = new uPlot({
      width: element!.clientWidth, height: HEIGHT, legend: { show: false }, cursor: { y: false }, padding: [8, 24, 0, 0],
      scales: { y: { range: (_, __, max) => [0, Math.max(max, 1) * 1.15] } },
      axes: [{ ...axis, size: 24, space: 70, values: (_, ticks) => ticks.map(tick => timeOfDay(tick * 1000)) }, { ...axis, size: 46, space: 34 }],
      series: [{}, ...series.map((one, i) => ({ label: one.name, stroke: color(COLORS[i]!), width: 1.5, points: { show: false } }))],
    }, data, element!);
    const resized = new ResizeObserver(() => made.setSize({ width: element!.clientWidth, height: HEIGHT }));
    resized.observe(element!);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => made.redraw();
    dark.addEventListener("change", repaint);
    return () => {
      resized.disconnect();
      dark.removeEventListener("change", repaint);
      made.destroy();
    };
  }, [names]);
  useEffect(() => chart.current?.setData(data), [times]);
  return (
    <figure class="panel chart">
      <figcaption>
        <h2>{title}</h2>
        <dl>{series.map((one, i) => (
          <div key={one.name}>
            <dt class={`key c${i}`}>{one.name}</dt>
            <dd class="num">{shown(one.values.at(-1), format)}{unit}</dd>
          </div>
        ))}</dl>
      </figcaption>
      <div ref={box} aria-hidden="true" class="plot" />
    </figure>
  );
}

// At least a minute, and two points: of a single one the chart would make a whole day.
function padded(times: number[], series: Series[]): uPlot.AlignedData {
  const last = times.at(-1) ?? Date.now() / 1000;
  const before = times.length === 0 ? [last - SECONDS, last] : times[0]! > last - SECONDS ? [last - SECONDS] : [];
  const empty = before.map(() => null);
  return [[...before, ...times], ...series.map(one => [...empty, ...one.values])] as uPlot.AlignedData;
}

const shown = (value: number | null | undefined, format: (value: number) => string) =>
  value === null || value === undefined ? "–" : format(value);
