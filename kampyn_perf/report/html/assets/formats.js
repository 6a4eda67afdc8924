// Texts: the same three figures, in the same units, as everywhere else in the program.
const three = (v) => (v < 9.995 ? v.toFixed(2) : v < 99.95 ? v.toFixed(1) : v.toFixed(0));
const duration = (us) => {
  if (us === 0) return "0 s";
  if (us < 0) return "-" + duration(-us);
  if (us < 1e3) return us.toFixed(0) + " µs";
  if (us < 1e6) return three(us / 1e3) + " ms";
  if (us < 6e7) return three(us / 1e6) + " s";
  const seconds = Math.round(us / 1e6), minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
  return minutes + " min " + (seconds % 60) + " s";
};
const size = (bytes) => {
  let unit = 0;
  while (Math.abs(bytes) >= 1024 && unit < 4) { bytes /= 1024; unit += 1; }
  return (unit ? three(bytes) : bytes.toFixed(0)) + " " + ["B", "KB", "MB", "GB", "TB"][unit];
};
const significant = (v, digits) => String(Number(v.toPrecision(digits)));
const formats = {
  us: duration,
  bytes: size,
  bytes_per_s: (v) => size(v) + "/s",
  per_s: (v) => (Number.isInteger(v) ? v.toFixed(0) : three(v)) + "/s",
  share: (v) => significant(v * 100, v > 0 && v < 0.999 ? 4 : 6) + " %",
  count: (v) => (Number.isInteger(v) ? v.toLocaleString("en") : significant(v, 4)),
};
const format = (unit) => formats[unit] || formats.count;
const moment = (s) => {
  const m = Math.floor(s / 60), rest = s - 60 * m;
  return m + ":" + (rest < 9.95 ? "0" : "") + (Number.isInteger(rest) ? rest : rest.toFixed(1));
};
const percent = (x) => {
  const nines = 100 * (1 - 1 / x);
  return (x < 2 ? nines.toFixed(0) : String(Number(nines.toFixed(Math.max(0, Math.floor(Math.log10(x)) - 1))))) + " %";
};
