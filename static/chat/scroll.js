// Keeps the end of a growing answer in sight, unless the reader has scrolled up. Use: const {ref, away, down} =
// useEndInSight(); put ref on the box that scrolls; `away` says that the end is out of sight; down() goes there.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';

const NEAR_PX = 48;

export function useEndInSight() {
  const ref = useRef(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(() => {
    const box = ref.current;
    if (!box) return;
    box.scrollTop = box.scrollHeight;
    lastTop.current = box.scrollTop;
  }, []);

  const down = useCallback(() => {
    follows.current = true;
    setAway(false);
    toEnd();
  }, []);

  useEffect(() => {
    const box = ref.current;
    const scrolled = () => {
      const left = box.scrollHeight - box.clientHeight - box.scrollTop;
      // Only the reader scrolls upwards; growing text and we ourselves only ever go down.
      if (box.scrollTop < lastTop.current - 1 && left > NEAR_PX) follows.current = false;
      else if (left <= NEAR_PX) follows.current = true;
      lastTop.current = box.scrollTop;
      setAway(!follows.current && left > NEAR_PX);
    };
    // Formulas, fonts and a rotated phone change heights without a new frame.
    const grown = new ResizeObserver(() => {
      if (follows.current) toEnd();
      else scrolled();
    });
    box.addEventListener('scroll', scrolled, { passive: true });
    grown.observe(box);
    for (const part of box.children) grown.observe(part);
    return () => {
      box.removeEventListener('scroll', scrolled);
      grown.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    if (follows.current) toEnd();
  });

  return { ref, away, down };
}
