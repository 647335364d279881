// Digits as Code 128 (ISO/IEC 15417), for scanners that read lines only: two digits a symbol in its set C, an odd one at
// the end in its set B.
const widths = ("212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221" +
	"223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321" +
	"112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131" +
	"311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114" +
	"122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141" +
	"214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232").match(/.{6}/g);
const stop = "2331112", startC = 105, toB = 100;

// quiet is what is white at both ends, in modules; the card around it is white as well.
const quiet = 6;

function symbols(digits) {
	const list = [startC, ...(digits.match(/../g) ?? []).map(Number)];
	if (digits.length % 2) list.push(toB, 16 + Number(digits.at(-1)));
	list.push(list.reduce((sum, value, at) => sum + value * Math.max(1, at)) % 103);
	return list.map((value) => widths[value]).join("") + stop;
}

// fit is how wide a module is where there is some room, in whole points of the screen: a bar must not be blurred.
function fit(room, modules) {
	const each = (room * devicePixelRatio) / modules;
	return (Math.floor(each) || each) / devicePixelRatio;
}

// draw fills an SVG on its white card. A live code is long: on a phone it stands upright, where its bars are twice as wide
// as they would be across, and is read with the phone, or the scanner, turned.
export function draw(drawing, card, digits) {
	const root = document.documentElement, lines = symbols(digits);
	let at = quiet;
	const dark = [];
	[...lines].forEach((wide, i) => {
		if (i % 2 === 0) dark.push([at, wide]);
		at += Number(wide);
	});
	const modules = at + quiet, across = fit(card.clientWidth, modules), up = fit(root.clientHeight - 112, modules);
	const tall = across < 1.5 && up > across, long = `${modules * (tall ? up : across)}px`;
	card.classList.toggle("tall", tall);
	drawing.setAttribute("preserveAspectRatio", "none");
	drawing.setAttribute("viewBox", tall ? `0 0 1 ${modules}` : `0 0 ${modules} 1`);
	drawing.style.width = tall ? "" : long;
	drawing.style.height = tall ? long : "";
	return dark.map(([from, wide]) => (tall ? `M0 ${from}h1v${wide}h-1z` : `M${from} 0h${wide}v1h-${wide}z`)).join("");
}
