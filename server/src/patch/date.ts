/** Dates of mail headers, git output and archive pages. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ZONES: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

const ZONE = '\\s*([+-]\\d{4}|[A-Z]{1,4})?';
/** RFC 5322: `Mon, 17 Jun 2019 17:43:28 +0300`. */
const MAIL = new RegExp(
  `^(?:[A-Za-z]{3,9},?\\s*)?(\\d{1,2})\\s+([A-Za-z]{3})[a-z]*\\s+(\\d{2,4})\\s+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?${ZONE}`,
);
/** git log: `Mon Jun 17 17:43:28 2019 +0300`. */
const GIT = new RegExp(
  `^[A-Za-z]{3}\\s+([A-Za-z]{3})\\s+(\\d{1,2})\\s+(\\d{1,2}):(\\d{2}):(\\d{2})\\s+(\\d{4})${ZONE}`,
);
/** `2019-06-17 17:43[:28] +0300`, `2019-06-17T17:43:28Z`, `2019-06-17 14:43 UTC`. */
const ISO = new RegExp(`^(\\d{4})-(\\d{2})-(\\d{2})[T ]+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?(?:\\.\\d+)?${ZONE}`);

/** The moment as ISO 8601 in UTC to the second (`2019-06-17T14:43:28Z`), or null where the text is no date. */
export function isoDate(text: string): string | null {
  const value = text.slice(0, 100).trim();
  const mail = MAIL.exec(value);
  if (mail) return moment(fullYear(mail[3]), month(mail[2]), mail[1], mail[4], mail[5], mail[6], mail[7]);
  const git = GIT.exec(value);
  if (git) return moment(Number(git[6]), month(git[1]), git[2], git[3], git[4], git[5], git[7]);
  const iso = ISO.exec(value.replace(/([+-]\d\d):(\d\d)$/, '$1$2'));
  if (iso) return moment(Number(iso[1]), Number(iso[2]) - 1, iso[3], iso[4], iso[5], iso[6], iso[7]);
  return null;
}

function month(name: string | undefined): number {
  return MONTHS.indexOf((name ?? '').toLowerCase());
}

/** Two-digit years as RFC 5322, 4.3 reads them. */
function fullYear(digits: string | undefined): number {
  const year = Number(digits);
  if (digits?.length === 4) return year;
  return year < 50 ? 2000 + year : 1900 + year;
}

type Digits = string | undefined;

function moment(
  year: number,
  month: number,
  day: Digits,
  hour: Digits,
  min: Digits,
  sec: Digits,
  zone: Digits,
): string | null {
  if (month < 0 || month > 11) return null;
  const utc = Date.UTC(year, month, Number(day), Number(hour), Number(min), Number(sec ?? '0'));
  const date = new Date(utc - zoneMinutes(zone ?? '') * 60_000);
  return Number.isNaN(date.getTime()) ? null : `${date.toISOString().slice(0, 19)}Z`;
}

/** An unknown zone name counts as UTC, as RFC 5322 asks. */
function zoneMinutes(zone: string): number {
  const offset = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (!offset) return (ZONES[zone] ?? 0) * 60;
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return offset[1] === '-' ? -minutes : minutes;
}
