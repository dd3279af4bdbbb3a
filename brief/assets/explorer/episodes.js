// Episodes: runs of days in the same state, with what price and leverage did in them.
function episodes(days) {
  const found = [];
  for (let i = 0; i < days.count; i += 1) {
    const state = days.name("regime", i);
    const last = found.at(-1);
    if (last && last.state === state && last.to === i - 1) last.to = i;
    else found.push({ state, from: i, to: i });
  }
  return found.filter(({ state: name }) => name !== null && name !== "insufficient_data");
}

function drawEpisodes(days, holder) {
  const wanted = (episode) => {
    if (!isFiltered()) return true;
    for (let i = episode.from; i <= episode.to; i += 1) if (matches(days, i)) return true;
    return false;
  };
  const rows = episodes(days).filter(wanted).reverse();
  const range = (episode) => days.numbers("close_usd").slice(Math.max(0, episode.from - 1), episode.to + 1);
  const change = (episode) => {
    const closes = range(episode);
    const [first, last] = [closes[0], closes.at(-1)];
    return first === null || last === null ? null : 100 * (last / first - 1);
  };
  const lowest = (episode) => {
    const [before] = range(episode);
    const lows = days.numbers("low_usd").slice(episode.from, episode.to + 1).filter((v) => v !== null);
    return before === null || !lows.length ? null : 100 * (Math.min(...lows) / before - 1);
  };
  const peak = (episode) => {
    const known = days.numbers("liquidation_multiple").slice(episode.from, episode.to + 1).filter((v) => v !== null);
    return known.length ? Math.max(...known) : null;
  };
  const zoom = (episode) => {
    const pad = Math.max(20, episode.to - episode.from);
    update({
      day: days.date(episode.from),
      from: days.date(Math.max(0, episode.from - pad)),
      to: days.date(Math.min(days.count - 1, episode.to + pad)),
    });
  };
  const columns = [
    { head: "From", cell: (e) => element("button", { type: "button", className: "link", onclick: () => zoom(e) }, days.date(e.from)) },
    { head: "State", cell: (e) => chip(days.state(e.from)) },
    { head: "Days", number: true, cell: (e) => String(e.to - e.from + 1) },
    { head: "Close against the close before", number: true, cell: (e) => signed(change(e), 1, " %") },
    { head: "Lowest", number: true, cell: (e) => signed(lowest(e), 1, " %") },
    { head: "Largest liquidations", number: true, cell: (e) => fixed(peak(e), 1, " x") },
  ];
  holder.replaceChildren(table(`${rows.length} episodes, newest first; a button zooms to one`, columns, rows));
}
