// How well two colours stand apart (WCAG 2), and where an accent is worst: the same as server/presets/contrast.py.
//   worst('light', '#0f766e') → {ratio: 5.1, ground: 'ground'}     enough: 4.5

export const ENOUGH = 4.5;
const GROUNDS = {
  light: { paper: '#ffffff', ground: '#f5f7f6', text: '#ffffff' },
  dark: { paper: '#171c1b', raised: '#1e2423', text: '#0c1a18' },
};

export const isColour = (text) => /^#[0-9a-fA-F]{6}$/.test(text);

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The contrast of an accent with the ground of that theme where it is worst. */
export function worst(theme, accent) {
  return Object.entries(GROUNDS[theme])
    .map(([ground, colour]) => ({ ground, ratio: contrast(accent, colour) }))
    .sort((a, b) => a.ratio - b.ratio)[0];
}
