// Copying that keeps the AI label: the copy button of an answer, the button of a code block, and Ctrl+C on a selection
// that touches an answer. Formulas are copied as TeX.

/** What is copied of an answer. */
export const labelled = (text, label) => (label ? `${text.trimEnd()}\n\n[${label}]` : text.trimEnd());

/** Put text on the clipboard; false if the browser does not let us. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text); // plain http has no clipboard object
  }
}

function copyOldWay(text) {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  field.readOnly = true;
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    focused?.focus();
  }
}

function selectedText(range) {
  const holder = document.createElement('div');
  holder.append(range.cloneContents());
  for (const place of holder.querySelectorAll('.math[data-tex]')) {
    const sign = place.classList.contains('math-display') ? '$$' : '$';
    place.textContent = `${sign}${place.dataset.tex}${sign}`;
  }
  holder.querySelectorAll('.code-bar').forEach((bar) => bar.remove());
  holder.className = 'copied';
  document.body.append(holder); // innerText knows line breaks only of what is laid out
  const text = holder.innerText;
  holder.remove();
  return text;
}

/** For the `copy` event of the transcript. */
export function copyWithLabel(event, label) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || event.target.closest?.('textarea, input')) return;
  const range = selection.getRangeAt(0);
  const touched = [...event.currentTarget.querySelectorAll('.prose')].filter((answer) => range.intersectsNode(answer));
  const inCode = range.commonAncestorContainer.parentElement?.closest('pre');
  if (touched.length === 0 || inCode || !event.clipboardData) return;
  const labels = [...new Set(touched.map((answer) => answer.closest('.answer')?.dataset.label ?? label))].filter(Boolean);
  event.preventDefault();
  event.clipboardData.setData('text/plain', labelled(selectedText(range), labels.join(' / ')));
}
