const count = new Intl.NumberFormat();
const change = new Intl.NumberFormat(undefined, { signDisplay: "exceptZero" });

export const formatCount = (pieces: number): string => count.format(pieces);

/** "+5", "-3". */
export const formatChange = (pieces: number): string => change.format(pieces);
