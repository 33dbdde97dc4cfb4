/** @file The capacity figure on the page: loads the chart when the panel is first opened, draws it anew when the state or the width changes, and not otherwise. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { CapacityState } from "../capacity/state.ts";

type Draw = typeof import("../charts/capacity-chart.ts").capacityChart;

export function Figure({ state, dark }: { readonly state: CapacityState; readonly dark: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const [draw, setDraw] = useState<{ readonly chart: Draw } | null>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    import("../charts/capacity-chart.ts").then(
      ({ capacityChart }) => setDraw({ chart: capacityChart }),
      () => setDraw(null),
    );
    const element = place.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setWidth(Math.round(element.clientWidth)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (draw && width > 0) place.current?.replaceChildren(draw.chart(state, { document, width, dark }));
  }, [draw, width, state, dark]);
  return <div ref={place}>{draw ? null : <p class="quiet">Loading the figure …</p>}</div>;
}
