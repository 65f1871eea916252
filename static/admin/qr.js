// A QR code as one SVG path: black on white in both themes, as cameras want it.

import { html } from '../vendor/preact.js';
import qrcode from '../vendor/qrcode/qrcode.js';

/** The path of a text's QR code and its width in modules, quiet zone of 4 included. */
export function qrPath(text) {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let y = 0; y < count; y += 1) {
    for (let x = 0; x < count; x += 1) if (code.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  }
  return { path, width: count + 8 };
}

export function QrCode({ text, label }) {
  const { path, width } = qrPath(text);
  return html`<svg class="qr" role="img" aria-label=${label} viewBox=${`0 0 ${width} ${width}`} shape-rendering="crispEdges">
    <rect width=${width} height=${width} fill="#fff" /><path d=${path} fill="#000" /></svg>`;
}
