import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}
interface Props {
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly [Line] | readonly [Line, Line];
  readonly format: (value: number | null) => string;
}

const height = 84;
/** As long as there is nothing older, a minute is shown, and five at most. */
const windowS = { least: 60, most: 300 };
const colours = ["--chart-1", "--chart-2"] as const;
const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);

/** The last five minutes of one or two figures. What it shows is said in words, too. */
export function Chart({ title, times, lines, format }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const scheme = useScheme();
  const data = [times, ...lines.map(({ values }) => values.map(drawable))] as unknown as uPlot.AlignedData;
  const drawn = useRef(data);
  drawn.current = data;

  // Drawn anew where the colours change: the canvas knows no custom properties.
  useEffect(() => {
    const at = place.current;
    if (!at) return;
    const made = new uPlot(options(at.clientWidth, lines.length), drawn.current, at);
    plot.current = made;
    const resizing = new ResizeObserver(() => made.setSize({ width: at.clientWidth, height }));
    resizing.observe(at);
    return () => {
      resizing.disconnect();
      made.destroy();
    };
  }, [scheme, lines.length]);
  useEffect(() => plot.current?.setData(data), [times]);

  const inWords = lines.map(({ name, values }) => `${name} ${format(values.at(-1) ?? null)}`).join(", ");
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <span class="chart-title">{title}</span>
        <span class="chart-values">
          {lines.map(({ name, values }, index) => (
            <span key={name} class={`chart-value chart-value-${index + 1}`}>
              <span class="chart-name">{name}</span> {format(values.at(-1) ?? null)}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} class="chart-plot" role="img" aria-label={`${title}, now: ${inWords}`} />
    </figure>
  );
}

const drawable = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

/** Of a series, the values without a neighbour: no line leads to them. */
function alone(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  return [...values.keys()].filter((at) => values[at] != null && values[at - 1] == null && values[at + 1] == null);
}

function options(width: number, lines: number): uPlot.Options {
  const axis = { stroke: token("--text-muted"), font: `11px ${token("--font")}`, ticks: { show: false } };
  const line = { stroke: token("--line"), width: 1 };
  return {
    width,
    height,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 2, 8, 0],
    scales: {
      x: { range: (_plot, min, max) => [max - Math.min(windowS.most, Math.max(windowS.least, max - min)), max] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      { ...axis, show: false },
      { ...axis, size: 40, space: 24, grid: line },
    ],
    series: [
      {},
      ...colours
        .slice(0, lines)
        .map((name) => ({ stroke: token(name), width: 1.75, points: { show: true, size: 4, filter: alone } })),
    ],
  };
}

/** Light or dark, as the system has it now. */
function useScheme(): boolean {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return isDark;
}
