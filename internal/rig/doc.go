// Package rig holds what tries Verno out: the worlds that benchmarks and torture play in, and the benchmarks and torture
// themselves. It drives the same server that people run, and over HTTP where a client would.
package rig
