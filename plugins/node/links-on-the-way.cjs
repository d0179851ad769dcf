// @ts-check
"use strict";

const { lstatSync, readlinkSync } = require("node:fs");
const { dirname, isAbsolute, join, sep } = require("node:path");

/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * The symbolic links that lead to a file, each in the place where it lies. Throws where one leads nowhere.
 * @param {string} file absolute
 */
function linksOnTheWay(file) {
  /** @type {string[]} */ const links = [];
  const rest = file.split(sep).reverse();
  let here = sep;
  for (let part = rest.pop(); part !== undefined && links.length < MOST_LINKS; part = rest.pop()) {
    if (part === "" || part === ".") continue;
    const step = part === ".." ? dirname(here) : join(here, part);
    if (part === ".." || !lstatSync(step).isSymbolicLink()) {
      here = step;
      continue;
    }
    links.push(step);
    const target = readlinkSync(step);
    rest.push(...target.split(sep).reverse());
    if (isAbsolute(target)) here = sep;
  }
  return links;
}

module.exports = { linksOnTheWay };
