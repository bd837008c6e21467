/**
 * An exact cache of rows in a store that this process alone writes; the least recently used entry leaves first.
 * Exact as long as `put` and `drop` are called after COMMIT and in the order of the commits, which the `committed`
 * option of `Database.write` gives, and `clear` from `Database.onReset`.
 */
export function createRowCache<Key, Value>({ max }: { readonly max: number }) {
  const rows = new Map<Key, Value>();
  /** Loads under way that may still be shared and kept. A write removes its key's: that load may have read what was before. */
  const loads = new Map<Key, Promise<Value>>();

  function keep(key: Key, value: Value): void {
    rows.delete(key);
    if (value === undefined) return;
    rows.set(key, value);
    if (rows.size > max) rows.delete(rows.keys().next().value as Key);
  }

  /** Whether what this load found is still what the store holds. */
  function endOfLoad(key: Key, loading: Promise<Value>): boolean {
    return loads.get(key) === loading && loads.delete(key);
  }

  function peek(key: Key): Value | undefined {
    const value = rows.get(key);
    if (value !== undefined) keep(key, value);
    return value;
  }

  return {
    /** The cached value, without loading. */
    peek,
    /** The cached value, or what `load` finds; `undefined` is handed on but not kept. Errors are for those who waited. */
    get(key: Key, load: () => Promise<Value>): Promise<Value> {
      const value = peek(key);
      if (value !== undefined) return Promise.resolve(value);
      const shared = loads.get(key);
      if (shared) return shared;
      const loading: Promise<Value> = load().then(
        (loaded) => {
          if (endOfLoad(key, loading)) keep(key, loaded);
          return loaded;
        },
        (error) => {
          endOfLoad(key, loading);
          throw error;
        },
      );
      loads.set(key, loading);
      return loading;
    },
    put(key: Key, value: Value): void {
      loads.delete(key);
      keep(key, value);
    },
    drop(key: Key): void {
      loads.delete(key);
      rows.delete(key);
    },
    clear(): void {
      loads.clear();
      rows.clear();
    },
  };
}
