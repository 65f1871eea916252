// Asks the server again from time to time, only while somebody looks: at once when the tab comes back to the front.

import { useEffect, useRef } from '../vendor/preact.js';

export const LOOK_AGAIN_MS = 15_000; // at a desk where somebody waits

export function useLookAgain(reload, everyMs) {
  const newest = useRef(reload);
  newest.current = reload;
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && newest.current();
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [everyMs]);
}
