// The stamps of rows that this page changed itself, until they are fetched again. Pure but for what it is given to call.

/**
 * Whoever edits a row twice before it is fetched again is no conflict with themselves: edits go one after the other, and
 * the stamp of the last one counts until the row was fetched after it.
 */
export function ownStamps() {
  const stamps = new Map(); // id → {stamp, turn}
  let turn = 0;
  let last = Promise.resolve();
  const newestOf = (id, seen) => Math.max(seen, stamps.get(id)?.stamp ?? 0);
  return {
    edit({ id, updated_at_ms: seen }, send, rowOf) {
      const sent = last.then(async () => {
        const answer = await send(newestOf(id, seen));
        turn += 1;
        stamps.set(id, { stamp: rowOf(answer).updated_at_ms, turn });
        return answer;
      });
      last = sent.catch(() => {});
      return sent;
    },
    async load(ask, rowsOf) {
      const asked = turn;
      const answer = await ask();
      for (const { id } of rowsOf(answer)) if (stamps.get(id)?.turn <= asked) stamps.delete(id);
      return answer;
    },
    newest: (seen) => new Map([...seen].map(([id, stamp]) => [id, newestOf(id, stamp)])),
  };
}
