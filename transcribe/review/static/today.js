// The thin bar above paid work that is not the work page: looked up once, as the page begins.

import { Day } from "./day.js";
import { Line } from "./line.js";

new Day(new Line("", () => null), document.getElementById("day"), document.querySelector(".menu summary .news[data-news]")).ask();
