interface Props {
  /** The address of the first page, where this is another one. */
  readonly first: string | undefined;
  readonly next: string | undefined;
  /** What is paged, such as "orders". */
  readonly of: string;
}

/** Links, so that the back button and bookmarks work. Lists lead forward; back is the browser's own. */
export function Pager({ first, next, of }: Props) {
  if (!first && !next) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${of}`}>
      {first ? (
        <a class="button button-plain" href={first}>
          First page
        </a>
      ) : (
        <span />
      )}
      {next ? (
        <a class="button button-plain" href={next}>
          Next page
        </a>
      ) : (
        <span class="muted">No more {of}</span>
      )}
    </nav>
  );
}
