import fc from "fast-check";

/**
 * In CI the properties are tried on the same cases on every machine: whether a change lands must not hang on a
 * case that nobody has seen. Everywhere else they are new ones each time.
 */
if (process.env.CI === "true") fc.configureGlobal({ seed: 20_261_121 });
