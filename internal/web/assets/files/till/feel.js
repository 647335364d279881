// What the cashier hears and feels: the same three things that the screen says in colour and words.

const place = "verno.till.sound";
let context;

export const quiet = () => localStorage.getItem(place) === "off";
export const silence = (off) => (off ? localStorage.setItem(place, "off") : localStorage.removeItem(place));

function play(notes) {
	if (quiet() || navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
	context ??= new AudioContext();
	let at = context.currentTime;
	for (const [pitch, seconds] of notes) {
		const tone = context.createOscillator();
		const volume = context.createGain();
		tone.frequency.value = pitch;
		volume.gain.setValueAtTime(0.12, at);
		volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
		tone.connect(volume).connect(context.destination);
		tone.start(at);
		tone.stop(at + seconds);
		at += seconds * 0.7;
	}
}

function shake(pattern) {
	if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}

/** tick is a key of the pad, found a guest, good a sale, bad a refusal. */
export const tick = () => shake(8);
export function found() { play([[880, 0.12]]); shake(30); }
export function good() { play([[660, 0.12], [990, 0.2]]); shake([30, 40, 60]); }
export function bad() { play([[220, 0.25], [180, 0.3]]); shake([90, 60, 90]); }
