import { useRef } from "preact/hooks";
import { duration } from "../../shared/time";
import { ask, get } from "../http/call";
import type { Node, Nodes, Rate } from "../http/types";
import { Chart } from "../ui/chart";
import { useLoad } from "../ui/load";
import { AddressLink, Failure, Figure, number, Panel, rate, Table, UserLink } from "../ui/parts";

const INTERVAL = 2_000;
const KEPT = 150;
const RATES: readonly Rate[] = ["stored", "delivered", "acknowledged", "jobs"];

interface Sample {
  at: number;
  rates: Record<Rate, number>;
  p50: number | null;
  p99: number | null;
  connections: number;
  users: number;
}

/** The deployment now, and since the page was opened. */
export function OverviewPage() {
  const samples = useRef<Sample[]>([]);
  const nodes = useLoad("nodes", async (signal, isQuiet) => {
    const found = await ask<Nodes>(get("/nodes"), { signal, isQuiet });
    samples.current = [...samples.current, sampleOf(found.nodes)].slice(-KEPT);
    return found;
  }, INTERVAL);
  const all = nodes.value?.nodes ?? [];
  const list = samples.current;
  const times = list.map(sample => sample.at / 1000);
  const of = (value: (sample: Sample) => number | null) => list.map(value);
  return (
    <>
      <h1>Overview</h1>
      <Failure of={nodes} />
      {nodes.value?.complete === false && <p class="warn" role="alert">Not all nodes have answered, or the store cannot say which there are.</p>}
      {nodes.value && <Figures nodes={nodes.value} />}
      <div class="charts">
        <Chart title="Messages a second" times={times} series={RATES.map(name => ({ name, values: of(sample => sample.rates[name]) }))} />
        <Chart title="Time to store" unit=" ms" times={times}
          series={[{ name: "median", values: of(sample => sample.p50) }, { name: "99 %", values: of(sample => sample.p99) }]} />
        <Chart title="Connections" times={times} format={number}
          series={[{ name: "connections", values: of(sample => sample.connections) }, { name: "users", values: of(sample => sample.users) }]} />
      </div>
      <NodeTable nodes={all} missing={nodes.value?.missing ?? []} />
      <SlowReaders nodes={all} />
    </>
  );
}

function Figures({ nodes: { nodes, missing } }: { nodes: Nodes }) {
  const sum = (value: (node: Node) => number) => nodes.reduce((total, node) => total + value(node), 0);
  const slow = sum(node => node.slowReaderCount);
  const isAvailable = nodes.every(node => node.store.available);
  return (
    <dl class="figures panel">
      <Figure name={nodes.length === 1 ? "node" : "nodes"} value={nodes.length} />
      {missing.length > 0 && <Figure name="without an answer" value={missing.length} kind="bad" />}
      <Figure name="connections" value={number(sum(node => node.connections))} />
      <Figure name="stored a second" value={rate(sum(node => node.rates.stored))} />
      <Figure name="delivered a second" value={rate(sum(node => node.rates.delivered))} />
      <Figure name="live a second" value={rate(sum(node => node.rates.live))} />
      <Figure name="slow readers" value={number(slow)} kind={slow > 0 ? "warn" : ""} />
      <Figure name={`store: ${nodes[0]?.store.kind ?? ""}`} value={isAvailable ? "available" : "unavailable"} kind={isAvailable ? "good" : "bad"} />
    </dl>
  );
}

function NodeTable({ nodes, missing }: { nodes: Node[]; missing: string[] }) {
  return (
    <Panel title="Nodes" isFlush>
      <Table label="Nodes" columns={["Node", "State", "Version", "Up for", "#Connections", "#Streams", "#Users", "#Stored/s", "#Delivered/s", "#Acknowledged/s", "#Jobs/s", "#Store, p99"]}
        isEmpty={nodes.length + missing.length === 0} empty="No node has answered yet.">
        {nodes.map(node => (
          <tr key={node.id}>
            <td title={node.id}>{node.name}</td>
            <td>{node.draining ? <span class="pill warn">draining</span> : node.store.available ? <span class="pill good">serving</span> : <span class="pill bad">no store</span>}</td>
            <td>{node.version}</td>
            <td class="num">{duration(Date.now() - node.startedAt)}</td>
            {[node.connections, node.streams, node.users].map((value, i) => <td key={i} class="right num">{number(value)}</td>)}
            {RATES.map(name => <td key={name} class="right num">{rate(node.rates[name])}</td>)}
            <td class="right num">{node.latency.appendP99Ms === null ? "–" : `${node.latency.appendP99Ms.toFixed(1)} ms`}</td>
          </tr>
        ))}
        {missing.map(id => <tr key={id}><td>{id}</td><td><span class="pill bad">no answer</span></td><td colSpan={10} class="dim">registered, and has not answered in time</td></tr>)}
      </Table>
    </Panel>
  );
}

function SlowReaders({ nodes }: { nodes: Node[] }) {
  const readers = nodes.flatMap(node => node.slowReaders.map(reader => ({ ...reader, node: node.name }))).sort((a, b) => b.behindMs - a.behindMs);
  return (
    <Panel title="Slow readers" isFlush>
      <Table label="Slow readers" columns={["User", "Device", "Address", "#Behind", "Node"]} isEmpty={readers.length === 0} empty="None.">
        {readers.map(reader => (
          <tr key={reader.node + reader.user + reader.device + reader.address}>
            <td><UserLink user={reader.user} /></td><td>{reader.device}</td><td><AddressLink address={reader.address} /></td>
            <td class="right num">{duration(reader.behindMs)}</td><td>{reader.node}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function sampleOf(nodes: Node[]): Sample {
  const sum = (value: (node: Node) => number) => nodes.reduce((total, node) => total + value(node), 0);
  const most = (value: (node: Node) => number | null) =>
    nodes.reduce<number | null>((max, node) => (value(node) === null ? max : Math.max(max ?? 0, value(node)!)), null);
  const rates = Object.fromEntries([...RATES, "live" as const].map(name => [name, sum(node => node.rates[name])])) as Record<Rate, number>;
  return {
    at: Date.now(), rates, p50: most(node => node.latency.appendP50Ms), p99: most(node => node.latency.appendP99Ms),
    connections: sum(node => node.connections), users: sum(node => node.users),
  };
}
