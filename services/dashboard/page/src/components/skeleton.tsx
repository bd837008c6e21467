/** The place of what is being loaded. */
export const Skeleton = ({ rows = 3 }: { rows?: number }) => (
  <div class="skeleton">
    <span class="visually-hidden" role="status">
      Loading
    </span>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} class="skeleton-row" aria-hidden="true" />
    ))}
  </div>
);
