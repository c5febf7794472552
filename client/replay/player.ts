/** Play and pause: nothing moves unless somebody asked for it. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { stepBy, type TimelineRow } from '../../engine/src/picture/timeline.ts';

export interface Player {
  readonly playing: boolean;
  /** Rows per second. */
  readonly speed: number;
  toggle(): void;
  pause(): void;
  setSpeed(speed: number): void;
}

export function usePlayer(
  length: number,
  position: number,
  rows: readonly TimelineRow[],
  go: (position: number) => void,
): Player {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(2);
  const latest = useRef({ position, rows, go });
  latest.current = { position, rows, go };

  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    let before = performance.now();
    let due = 0;
    const tick = (now: number): void => {
      due += ((now - before) / 1000) * speed;
      before = now;
      let at = latest.current.position;
      // Several rows in one frame where the speed is above the frame rate: the last one is drawn.
      for (; due >= 1; due -= 1) at = stepBy(latest.current.rows, at, 1);
      if (at !== latest.current.position) latest.current.go(at);
      if (at >= length) setPlaying(false);
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, length]);

  const pause = useCallback(() => setPlaying(false), []);
  const toggle = useCallback(() => {
    // From the end, play means once more from the beginning.
    if (!playing && latest.current.position >= length) latest.current.go(0);
    setPlaying(!playing);
  }, [playing, length]);
  return { playing, speed, toggle, pause, setSpeed };
}
