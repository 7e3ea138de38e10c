/** Tabs by their names: arrow keys go from one to the next, as the ARIA pattern asks for. */
export function Tabs({ names, current, choose, label, panel }: {
  names: readonly string[]; current: string; choose: (name: string) => void; label: string; panel: string;
}) {
  const step = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    choose(names[(names.indexOf(current) + by + names.length) % names.length]!);
    const list = event.currentTarget as HTMLElement;
    setTimeout(() => list.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {names.map(name => (
        <button key={name} role="tab" aria-selected={name === current} aria-controls={panel} tabIndex={name === current ? 0 : -1}
          onClick={() => choose(name)}>{name}</button>
      ))}
    </div>
  );
}
