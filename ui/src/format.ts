/** Addresses are BigInt here and text with 0x on the wire: a number loses bits beyond 2^53. */
export const big = (hex: string): bigint => BigInt(hex);

/** 0x and 16 digits, as the API writes addresses. */
export const hex = (value: bigint): string => '0x' + value.toString(16).padStart(16, '0');

/** The shortest form of an address, for narrow places. */
export const short = (value: bigint | string): string => BigInt(value).toString(16);

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes in the largest unit in which the figure is at least 1; one decimal where it is not whole. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A whole number with thin spaces between thousands. */
export const count = (value: number): string => value.toString().replace(/\B(?=(\d{3})+$)/g, '\u2009');

/** B in terms of A, as a change in percent. */
export function change(a: number, b: number): string {
  if (a === b) return '0%';
  if (a === 0) return 'new';
  const percent = ((b - a) / a) * 100;
  return (percent > 0 ? '+' : '−') + Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0) + '%';
}

export const size = (value: string): string => {
  const all = BigInt(value);
  const units: [string, bigint][] = [['T', 1n << 40n], ['G', 1n << 30n], ['M', 1n << 20n], ['K', 1n << 10n]];
  for (const [name, unit] of units) {
    if (all >= unit && all % unit === 0n) return `${all / unit}${name}`;
  }
  return `${all}B`;
};
