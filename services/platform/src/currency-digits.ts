// Imports nothing: the dashboard's page is built with it, so that a browser counts as the services do.

/** Digits after the point by ISO 4217; two where a currency is not named here. */
const exponents: Readonly<Record<string, number>> = {
  BHD: 3,
  CLP: 0,
  ISK: 0,
  IQD: 3,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  TND: 3,
  UGX: 0,
  VND: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

/** How many digits an amount of the currency has after the point. */
export const digitsOf = (currency: string): number => exponents[currency] ?? 2;
