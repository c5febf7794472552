/** The bundler takes style sheets out of the script; to the compiler they are modules without exports. */
declare module '*.css';
