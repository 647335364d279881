// Whoever has left, or was put out, leaves nothing of the card behind.
import { forget } from "./keep.js";

forget();
